// The table of `brink closest`: rounding, order, continuing after a kill, and what is refused.
#include "brink/report/closest_table.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "brink/base/files.h"
#include "brink/data/npz.h"

namespace brink {
namespace {

namespace fs = std::filesystem;

class ClosestTableTest : public ::testing::Test {
 protected:
  ClosestTableTest() { fs::create_directory(folder_); }
  ~ClosestTableTest() override { fs::remove_all(folder_); }

  Expected<ClosestTable> open(std::vector<int> order, const std::string& question = "q") const {
    return ClosestTable::open({csv_, npz_, kQuestion}, question, std::move(order));
  }

  static constexpr const char* kQuestion = "0123abc";

  static ClosestRow solved(int image) {
    ClosestRow row;
    row.image = image;
    row.label = 3;
    row.answer.status = AnswerStatus::optimal;
    row.answer.target = 8;
    row.answer.distance = 1.0 / 3;
    row.answer.bound = 1.0 / 3;
    row.answer.nodes = 12;
    row.answer.seconds = 0.25;
    row.answer.verified = true;
    row.answer.proof = "solver";
    row.answer.image = Eigen::VectorXd::Constant(4, image + 0.1);
    row.answer.lead = 0.00123456789;
    row.answer.lead_bound = 1.0 / 3 - 1e-12;
    row.answer.float32 = true;
    return row;
  }

  static ClosestRow refused(int image) {
    ClosestRow row;
    row.image = image;
    row.answer.note = "a \"note\", with\na line end";
    return row;
  }

  static void add_bytes(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::app) << bytes;
  }

  const fs::path folder_ = fs::temp_directory_path() / fmt::format("brink-closest-{}", ::getpid());
  const fs::path csv_ = folder_ / "out.csv";
  const fs::path npz_ = folder_ / "out.npz";
  const fs::path partial_ = folder_ / "out.csv.partial";
  const fs::path images_ = folder_ / "out.csv.partial.images";
  const std::string row3_ =
      "3,3,8,l1,optimal,0.333333334,0.333333333,0,12,0.250,0.000,1,0,,,solver,,0.00123456789,0."
      "333333333,1,0123abc\n";
};

TEST_F(ClosestTableTest, RowsAreInTheOrderAskedAndRoundTowardsTruth) {
  auto table = open({3, 1, 3});
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_TRUE(table->append(refused(1)));
  EXPECT_FALSE(table->finish());
  ASSERT_TRUE(table->append(solved(3)));
  EXPECT_FALSE(fs::exists(csv_));
  const auto finished = table->finish();
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(*read_file(csv_), closest_header() + "\n" + row3_ +
                                  "1,0,,l1,error,,0,,0,0.000,0.000,0,0,,,,"
                                  "\"a \"\"note\"\", with a line end\",0,0,0,0123abc\n" +
                                  row3_);
  EXPECT_FALSE(fs::exists(partial_));
  EXPECT_FALSE(fs::exists(images_));
  const auto npz = read_npz(npz_);
  ASSERT_TRUE(npz) << npz.error().message;
  EXPECT_EQ(npz->at("images").shape, (std::vector<std::size_t>{2, 4}));
  EXPECT_EQ(npz->at("images").as_doubles().front(), 3.1);
  EXPECT_EQ(npz->at("index").as_doubles(), (std::vector<double>{3, 3}));
  EXPECT_EQ(npz->at("target").as_doubles(), (std::vector<double>{8, 8}));
  EXPECT_EQ(npz->at("question").as_text(), kQuestion);
}

TEST_F(ClosestTableTest, FinishedFilesOfAnotherQuestionAreKept) {
  {
    auto table = open({3});
    ASSERT_TRUE(table && table->append(solved(3)) && table->finish());
  }
  EXPECT_TRUE(check_earlier({csv_, npz_, kQuestion}));
  EXPECT_TRUE(check_earlier({csv_, npz_, "other", true})) << "forced";
  for (const TableFiles& files : {TableFiles{csv_, {}, "other"}, TableFiles{{}, npz_, "other"}}) {
    const auto refused = ClosestTable::of_answers(files, {3});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::bad_request);
    EXPECT_NE(refused.error().message.find("answers another question"), std::string::npos);
    EXPECT_FALSE(ClosestTable::open(files, "r", {3}));
  }
  EXPECT_FALSE(fs::exists(partial_));
  // An earlier brink's table has no such column.
  ASSERT_TRUE(write_file(csv_, "image,label,target,norm,status,distance\n1,2,3,l1,optimal,4\n"));
  EXPECT_NE(check_earlier({csv_, {}, kQuestion}).error().message.find("--force"),
            std::string::npos);
  // What is no table of ours is replaced, as is what holds nothing.
  for (const char* text : {"", "notes", "image,label,target,norm,status,question\n"}) {
    ASSERT_TRUE(write_file(csv_, text));
    EXPECT_TRUE(check_earlier({csv_, {}, kQuestion})) << text;
  }
}

TEST_F(ClosestTableTest, AStoppedRunIsContinuedWithoutItsTornEnds) {
  {
    auto table = open({3, 1, 2});
    ASSERT_TRUE(table && table->append(solved(3)) && table->append(refused(1)));
  }
  add_bytes(partial_, "2,3,8,l1,opt");
  add_bytes(images_, std::string(90, 'x'));
  auto table = open({3, 1, 2});
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_TRUE(table->done(3));
  EXPECT_TRUE(table->done(1));
  EXPECT_FALSE(table->done(2));
  ASSERT_EQ(table->rows().size(), 2u);
  EXPECT_EQ(table->rows()[0].answer.image, solved(3).answer.image);
  EXPECT_EQ(table->rows()[0].answer.distance, 0.333333334);
  EXPECT_NE(read_file(partial_)->find("\n" + row3_), std::string::npos);
  ASSERT_TRUE(table->append(solved(2)));
  table = open({3, 1, 2});
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_TRUE(table->done(2));
  ASSERT_TRUE(table->finish());
  EXPECT_NE(read_file(csv_)->find("\n" + row3_), std::string::npos);
}

TEST_F(ClosestTableTest, EveryKillPointIsContinued) {
  {
    auto table = open({3, 2});
    ASSERT_TRUE(table && table->append(solved(3)) && table->append(solved(2)));
  }
  const std::string text = *read_file(partial_);
  const std::string images = *read_file(images_);
  const std::size_t head = text.find("\n3,") + 1;
  for (std::size_t size = head; size <= text.size(); ++size) {
    ASSERT_TRUE(write_file(partial_, text.substr(0, size)));
    const auto table = open({3, 2});
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->done(2), size == text.size());
  }
  ASSERT_TRUE(write_file(partial_, text));
  for (std::size_t size = 0; size <= images.size(); ++size) {
    ASSERT_TRUE(write_file(images_, images.substr(0, size)));
    const auto table = open({3, 2});
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->done(3), size >= images.size() / 2);
    EXPECT_EQ(table->done(2), size == images.size());
  }
}

TEST_F(ClosestTableTest, AnotherQuestionIsRefused) {
  ASSERT_TRUE(open({1}));
  const auto other = open({1}, "another");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, Error::Kind::bad_request);
  EXPECT_NE(other.error().message.find("another question"), std::string::npos);
}

TEST_F(ClosestTableTest, AnInterruptedAnswerIsNoRow) {
  auto table = open({1});
  ASSERT_TRUE(table);
  ClosestRow row = solved(1);
  row.answer.status = AnswerStatus::interrupted;
  ASSERT_TRUE(table->append(row));
  EXPECT_FALSE(table->done(1));
}

TEST_F(ClosestTableTest, ThreadsAppendWholeRows) {
  std::vector<int> order(40);
  for (int i = 0; i < 40; ++i) order[static_cast<std::size_t>(i)] = i;
  {
    auto table = open(order);
    ASSERT_TRUE(table);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&table, t] {
        for (int i = t; i < 40; i += 4) EXPECT_TRUE(table->append(solved(i)));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const auto table = open(order);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows().size(), 40u);
}

TEST_F(ClosestTableTest, AFullDiskIsAFailure) {
  if (!fs::exists("/dev/full")) GTEST_SKIP();
  auto table = open({1});
  ASSERT_TRUE(table);
  fs::create_symlink("/dev/full", images_);
  const auto appended = table->append(solved(1));
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().kind, Error::Kind::failure);
  EXPECT_NE(appended.error().message.find("No space"), std::string::npos);
  EXPECT_FALSE(table->done(1));
}

}  // namespace
}  // namespace brink
