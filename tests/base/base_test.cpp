#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/base/norm.h"
#include "brink/base/parallel.h"
#include "brink/base/random.h"

namespace brink {
namespace {

TEST(Digest, KnownVectors) {
  EXPECT_EQ(sha256(std::string("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(md5({}), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(Parallel, EachIndexOnce) {
  std::vector<std::atomic<int>> seen(1000);
  parallel_for(1000, 4, [&](int i) { ++seen[static_cast<std::size_t>(i)]; });
  for (const auto& count : seen) EXPECT_EQ(count.load(), 1);
}

TEST(Parallel, FirstExceptionComesBack) {
  EXPECT_THROW(parallel_for(100, 3,
                            [](int i) {
                              if (i == 7) throw std::runtime_error("seven");
                            }),
               std::runtime_error);
}

TEST(Random, SameSeedSameNumbersAndMoments) {
  Random a(5), b(5);
  double sum = 0, squares = 0;
  for (int i = 0; i < 20000; ++i) {
    const double x = a.normal();
    EXPECT_EQ(x, b.normal());
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / 20000, 0, 0.03);
  EXPECT_NEAR(squares / 20000, 1, 0.05);
}

TEST(Norm, Distances) {
  const Eigen::Vector3d x(0.5, 0, 1), y(0.5, 0.3, 0.6);
  EXPECT_EQ(distance(Norm::l0, x, y), 2);
  EXPECT_NEAR(distance(Norm::l1, x, y), 0.7, 1e-15);
  EXPECT_NEAR(distance(Norm::l2, x, y), 0.5, 1e-15);
  EXPECT_NEAR(distance(Norm::linf, x, y), 0.4, 1e-15);
  EXPECT_FALSE(parse_norm("l3"));
}

TEST(Files, RefusesFoldersAndMissingFiles) {
  EXPECT_FALSE(read_file("/no/such/file"));
  EXPECT_FALSE(read_file("/tmp"));
  EXPECT_FALSE(check_writable("/no/such/folder/file"));
  const auto path = std::filesystem::path(::testing::TempDir()) / "brink_files_test";
  ASSERT_TRUE(write_file(path, "hello"));
  EXPECT_EQ(*read_file(path), "hello");
  std::filesystem::remove(path);
}

TEST(Files, AnOutputIsNeitherAnInputNorAnotherOutputNorAResultsStore) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "brink_outputs_test";
  std::filesystem::create_directories(folder);
  EXPECT_TRUE(check_outputs({folder / "a", "", folder / "b"}, {folder / "c", ""}));
  EXPECT_FALSE(check_outputs({folder / "a", folder / "x" / ".." / "a"}, {}));
  EXPECT_FALSE(check_outputs({folder / "a"}, {folder / "." / "a"}));
  EXPECT_FALSE(check_outputs({folder / "a.db-wal"}, {folder / "a.db"}));
  ASSERT_TRUE(write_file(folder / "c", "an input"));
  std::filesystem::remove(folder / "link");
  std::filesystem::create_symlink(folder / "c", folder / "link");
  EXPECT_FALSE(check_outputs({folder / "link"}, {folder / "c"}));
  EXPECT_TRUE(check_outputs({folder / "c"}, {}));
  ASSERT_TRUE(write_file(folder / "c", "SQLite format 3 and more"));
  EXPECT_FALSE(check_outputs({folder / "c"}, {}));
  EXPECT_FALSE(check_outputs({folder / "no" / "such"}, {}));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace brink
