// IDX files: what is read, and one clear line for each way to be broken.
#include "idx_files.h"

#include "brink/data/dataset.h"

namespace brink {
namespace {

using testing::expect_line;
using testing::idx_bytes;
using testing::two_images;
using testing::two_labels;

class Idx : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::write_raw(images, two_images());
    testing::write_raw(labels, two_labels());
  }

  void expect_error(const std::vector<std::string>& parts) {
    const auto set = read_idx(images, labels);
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().kind, Error::Kind::bad_request);
    expect_line(set.error().message, parts);
  }
  void expect_images_error(const std::string& bytes, std::vector<std::string> parts) {
    testing::write_raw(images, bytes);
    parts.push_back(images.string());
    expect_error(parts);
  }
  void expect_labels_error(const std::string& bytes, std::vector<std::string> parts) {
    testing::write_raw(labels, bytes);
    parts.push_back(labels.string());
    expect_error(parts);
  }

  testing::TemporaryFolder folder;
  std::filesystem::path images = folder.path() / "images";
  std::filesystem::path labels = folder.path() / "labels";
};

void expect_two_images(const Expected<Dataset>& set) {
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->count(), 2);
  EXPECT_EQ(set->rows, 2);
  EXPECT_EQ(set->columns, 3);
  EXPECT_EQ(set->label(1), 1);
  const Eigen::VectorXd second = set->image(1);
  ASSERT_EQ(second.size(), 6);
  EXPECT_EQ(second[0], 6 / 255.0);
  EXPECT_EQ(second[5], 11 / 255.0);
}

TEST_F(Idx, RawAndGzip) {
  expect_two_images(read_idx(images, labels));
  testing::write_gzip(images, two_images());
  testing::write_gzip(labels, two_labels());
  expect_two_images(read_idx(images, labels));
}

TEST_F(Idx, MissingFileOrFolder) {
  std::filesystem::remove(labels);
  expect_error({labels.string(), "No such file"});
  std::filesystem::remove(images);
  expect_error({images.string(), "No such file"});
  std::filesystem::create_directory(images);
  expect_error({images.string(), "folder"});
}

TEST_F(Idx, CutOff) {
  expect_images_error("", {"cut off after 0 bytes", "takes 16"});
  expect_images_error(two_images().substr(0, 10), {"cut off after 10 bytes", "takes 16"});
  expect_images_error(two_images().substr(0, 27), {"cut off after 27", "28 bytes"});
  testing::write_raw(images, two_images());
  expect_labels_error(two_labels().substr(0, 9), {"cut off after 9", "2 labels", "10 bytes"});
}

TEST_F(Idx, CutOffOrDamagedGzip) {
  // Larger than one buffer of zlib, and hardly compressible.
  std::string bytes = idx_bytes({2051, 2000, 10, 10}, 0);
  std::uint32_t state = 1;
  for (int i = 0; i < 200'000; ++i) {
    state = state * 1664525U + 1013904223U;
    bytes += static_cast<char>(state >> 24);
  }
  testing::write_gzip(images, bytes);
  const std::string packed = read_file(images).value();
  expect_images_error(packed.substr(0, packed.size() / 2), {"cut off", "unpacked bytes"});
  expect_images_error(packed.substr(0, packed.size() - 4), {"cut off", "unpacked bytes"});
  std::string damaged = packed;
  damaged[packed.size() - 6] = static_cast<char>(damaged[packed.size() - 6] ^ 1);  // its checksum
  expect_images_error(damaged, {"damaged", "unpacked bytes"});
}

TEST_F(Idx, TrailingBytes) {
  expect_images_error(two_images() + "x", {"bytes follow", "byte 28"});
  testing::write_raw(images, two_images());
  expect_labels_error(two_labels() + "x", {"bytes follow", "byte 10"});
}

TEST_F(Idx, GarbageAndWrongMagic) {
  expect_images_error("this is not an IDX file", {"starts with", "2051"});
  expect_images_error(two_labels(), {"2049", "2051", "these are labels"});
  testing::write_raw(images, two_images());
  expect_labels_error(two_images(), {"2051", "2049", "these are images"});
}

TEST_F(Idx, CountsDiffer) {
  expect_labels_error(idx_bytes({2049, 3}, 3), {images.string(), "3 labels", "2 images"});
}

TEST_F(Idx, ImpossibleDimensions) {
  const std::uint32_t huge = 0xffffffffU;
  expect_images_error(idx_bytes({2051, 0, 2, 3}, 0), {"0 images"});
  expect_images_error(idx_bytes({2051, huge, 2, 3}, 12), {"4294967295 images"});
  expect_images_error(idx_bytes({2051, 2, 0, 3}, 0), {"0 x 3"});
  expect_images_error(idx_bytes({2051, 2, 2, huge}, 12), {"2 x 4294967295"});
  // Possible by the numbers, so only the missing bytes tell; nothing large may be set aside first.
  expect_images_error(idx_bytes({2051, 9'000'000, 4000, 4000}, 12), {"cut off after 28"});
  testing::write_raw(images, two_images());
  expect_labels_error(idx_bytes({2049, 0}, 0), {"0 labels"});
  expect_labels_error(idx_bytes({2049, huge}, 2), {"4294967295 labels"});
}

}  // namespace
}  // namespace brink
