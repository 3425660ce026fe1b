#include "brink/report/results.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "brink/base/files.h"
#include "brink/data/npz.h"

namespace brink {
namespace {

namespace fs = std::filesystem;

class ResultsTest : public ::testing::Test {
 protected:
  fs::path csv_ = fs::temp_directory_path() / fmt::format("brink-results-{}.csv", ::getpid());
  fs::path npz_ = fs::path(csv_).replace_extension(".npz");
  ~ResultsTest() override {
    fs::remove(csv_);
    fs::remove(npz_);
  }

  void write_table() {
    const std::string text =
        "image,label,target,norm,status,distance,bound,gap,nodes,seconds,bound_seconds,verified,"
        "all_zero,note\n"
        "7,3,8,l2,time_limit,1.5,0.5,0.666666667,12,3.5,0,1,0,\n"
        "9,1,6,l2,infeasible,,0,,4,0.5,0,0,0,\"a, b\"\n";
    ASSERT_TRUE(write_file(csv_, text));
  }

  void write_images(std::vector<std::int64_t> index) {
    const std::size_t n = index.size();
    Npz arrays;
    arrays["images"] = NpyArray{{n, 2}, std::vector<double>(2 * n, 0.25)};
    arrays["index"] = NpyArray{{n}, std::move(index)};
    ASSERT_TRUE(write_npz(npz_, arrays));
  }
};

TEST_F(ResultsTest, RowsWithTheirImages) {
  write_table();
  write_images({7});
  const auto results = read_results(csv_);
  ASSERT_TRUE(results) << results.error().message;
  ASSERT_EQ(results->size(), 2u);
  const Result& first = results->at(0);
  EXPECT_EQ(first.image, 7);
  EXPECT_EQ(first.label, 3);
  EXPECT_EQ(first.target, 8);
  EXPECT_EQ(first.norm, Norm::l2);
  EXPECT_EQ(first.status, "time_limit");
  EXPECT_EQ(first.distance, 1.5);
  EXPECT_EQ(first.bound, 0.5);
  EXPECT_TRUE(first.verified);
  ASSERT_EQ(first.found.size(), 2);
  EXPECT_EQ(first.found(1), 0.25);
  EXPECT_FALSE(results->at(1).distance);
  EXPECT_EQ(results->at(1).found.size(), 0);
}

TEST_F(ResultsTest, ImagesOfAnotherQuestionAreRefused) {
  const std::string table =
      "image,label,target,norm,status,distance,bound,gap,seconds,verified,question\n"
      "7,3,8,l2,optimal,1.5,1.5,0,3.5,1,mine\n";
  ASSERT_TRUE(write_file(csv_, table));
  for (const char* question : {"mine", "yours", ""}) {
    Npz arrays;
    arrays["images"] = NpyArray{{1, 2}, std::vector<double>(2, 0.25)};
    arrays["index"] = NpyArray{{1}, std::vector<std::int64_t>{7}};
    if (*question != 0) arrays["question"] = NpyArray{{}, std::string(question)};
    ASSERT_TRUE(write_npz(npz_, arrays));
    const auto results = read_results(csv_);
    ASSERT_EQ(results.has_value(), std::string(question) == "mine") << question;
    if (results) {
      EXPECT_EQ(results->front().question, "mine");
    }
  }
}

TEST_F(ResultsTest, AnImageOfAnotherRunLiesElsewhere) {
  write_table();
  write_images({7});
  Result row = read_results(csv_)->at(0);
  const Eigen::VectorXd original = Eigen::VectorXd::Zero(2);
  EXPECT_FALSE(as_far_as_said(row, original));
  row.distance = std::sqrt(2 * 0.25 * 0.25) + 1e-9;  // rounded up when it was printed
  EXPECT_TRUE(as_far_as_said(row, original));
}

TEST_F(ResultsTest, WithoutImagesTheTableAlone) {
  write_table();
  const auto results = read_results(csv_);
  ASSERT_TRUE(results);
  EXPECT_EQ(results->at(0).found.size(), 0);
}

TEST_F(ResultsTest, BrokenFilesAreErrors) {
  write_table();
  ASSERT_TRUE(write_file(npz_, "no archive"));
  EXPECT_FALSE(read_results(csv_));
  Npz arrays;
  arrays["images"] = NpyArray{{1, 2}, std::vector<double>(2)};
  arrays["index"] = NpyArray{{2}, std::vector<std::int64_t>{7, 9}};
  ASSERT_TRUE(write_npz(npz_, arrays));
  EXPECT_NE(read_results(csv_).error().message.find("one row for each"), std::string::npos);
  fs::remove(npz_);
  ASSERT_TRUE(write_file(csv_, "image,label\n1,2\n"));
  EXPECT_NE(read_results(csv_).error().message.find("'target'"), std::string::npos);
}

}  // namespace
}  // namespace brink
