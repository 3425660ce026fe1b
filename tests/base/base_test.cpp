#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "brink/base/destination.h"
#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/base/norm.h"
#include "brink/base/parallel.h"
#include "brink/base/printable.h"
#include "brink/base/random.h"
#include "brink/base/running_digest.h"

namespace brink {
namespace {

TEST(Digest, PieceByPieceIsTheSame) {
  RunningSha256 digest;
  const std::vector<double> numbers = {1, 0, -2.5};
  digest.add("abc");
  digest.add(std::span<const double>(numbers));
  std::string all = "abc";
  all.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
  EXPECT_EQ(digest.hex(), sha256(all));
}

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

TEST(Files, AFailedReadIsNoEndOfFile) {
  const auto read = read_file("/proc/self/mem");  // nothing is mapped at its front
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, Error::Kind::failure);
}

TEST(Files, LinksAreFollowedAndModesStay) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "brink_links_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "deep");
  std::filesystem::create_symlink("deep/link", folder / "link");
  std::filesystem::create_symlink("file", folder / "deep" / "link");
  ASSERT_TRUE(write_file(folder / "link", "made"));
  EXPECT_EQ(*read_file(folder / "deep" / "file"), "made");
  EXPECT_EQ(followed(folder / "link"), folder / "deep" / "file");
  using std::filesystem::perms;
  std::filesystem::permissions(folder / "deep" / "file", perms::owner_read | perms::owner_write);
  ASSERT_TRUE(write_file(folder / "link", "again"));
  EXPECT_EQ(*read_file(folder / "deep" / "file"), "again");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(std::filesystem::status(folder / "deep" / "file").permissions(),
            perms::owner_read | perms::owner_write);
  std::filesystem::create_symlink("round", folder / "round");
  EXPECT_FALSE(write_file(folder / "round", ""));
  EXPECT_FALSE(write_file("/dev/null", ""));
  EXPECT_FALSE(write_file(folder, ""));
  EXPECT_FALSE(check_folder(folder / "link"));
  EXPECT_FALSE(check_folder("-"));
  EXPECT_TRUE(check_folder(folder / "deep" / "to" / "be" / "made"));
  EXPECT_FALSE(std::filesystem::exists(folder / "deep" / "to"));
  std::filesystem::remove_all(folder);
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("plain, \u00e9\u4e2d\U0001f600"), "plain, \u00e9\u4e2d\U0001f600");
  EXPECT_EQ(printable("a\nb\tc\x1b[31m\x7f"), "a\\nb\\tc\\x1b[31m\\x7f");
  EXPECT_EQ(printable("r\xe9seau"), "r\\xe9seau");
  EXPECT_EQ(printable("\u0085\u202e"), "\\xc2\\x85\\xe2\\x80\\xae");
  EXPECT_EQ(printable("\xc0\x80\xed\xa0\x80\xf0"), "\\xc0\\x80\\xed\\xa0\\x80\\xf0");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

}  // namespace
}  // namespace brink
