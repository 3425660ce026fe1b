#include "brink/data/cifar.h"

#include <gtest/gtest.h>

#include <fstream>

#include "data/temporary_folder.h"

namespace brink {
namespace {

class Cifar : public ::testing::Test {
 protected:
  /// Images of these labels, each filled with its label.
  std::filesystem::path batch(const std::string& name, const std::string& labels) {
    const std::filesystem::path path = folder_.path() / name;
    std::ofstream file(path, std::ios::binary);
    for (const char label : labels) {
      file << label << std::string(3072, static_cast<char>(label * 20));
    }
    return path;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Cifar, BatchesOfAFolder) {
  batch("data_batch_1.bin", {1, 2});
  batch("data_batch_3.bin", {9});
  batch("test_batch.bin", {4, 0});
  std::ofstream(folder_.path() / "batches.meta.txt") << "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n";
  const auto train = load_dataset(folder_.path().string(), Split::train);
  ASSERT_TRUE(train) << train.error().message;
  EXPECT_EQ(train->labels, (std::vector<int>{1, 2, 9}));
  EXPECT_EQ(train->shape_text(), "3x32x32 = 3072 numbers");
  EXPECT_DOUBLE_EQ(train->image(2)(3071), 180 / 255.0);
  ASSERT_EQ(train->classes.size(), 10U);
  EXPECT_EQ(train->classes[9], "j");
  const auto test = load_dataset(folder_.path().string(), Split::test);
  ASSERT_TRUE(test);
  EXPECT_EQ(test->labels, (std::vector<int>{4, 0}));
  const auto one = load_dataset((folder_.path() / "test_batch.bin").string(), Split::train);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->digest(), test->digest());
}

TEST_F(Cifar, BrokenBatches) {
  EXPECT_FALSE(*find_cifar(folder_.path(), Split::test));
  const auto cut = batch("test_batch.bin", {4, 0});
  std::filesystem::resize_file(cut, 6000);
  const auto shorter = find_cifar(folder_.path(), Split::test);
  ASSERT_FALSE(shorter);
  EXPECT_NE(shorter.error().message.find("6000 bytes"), std::string::npos);
  EXPECT_NE(shorter.error().message.find("test_batch.bin"), std::string::npos);
  const auto label = read_cifar(batch("x.bin", {0, 10}));
  ASSERT_FALSE(label);
  EXPECT_NE(label.error().message.find("image 1 has label 10"), std::string::npos);
  EXPECT_FALSE(read_cifar(batch("empty.bin", "")));
}

}  // namespace
}  // namespace brink
