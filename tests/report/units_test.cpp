#include "brink/report/units.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "brink/base/files.h"

namespace brink {
namespace {

namespace fs = std::filesystem;

class UnitsTest : public ::testing::Test {
 protected:
  fs::path folder_ = fs::temp_directory_path() / fmt::format("brink-units-{}", ::getpid());
  ~UnitsTest() override { fs::remove_all(folder_); }

  static UnitResult unit(int layer, int j) {
    return {layer, j,    1.23456789012,        1.23456789012, "optimal",
            7,     0.25, Raster(4, 4, kBlack), "search",      ""};
  }
  static constexpr const char* kQuestion = "abc";
};

TEST_F(UnitsTest, TheTableRoundsTowardsTruth) {
  UnitResult none = unit(2, 3);
  none.activation = std::nullopt;
  none.status = "time_limit";
  EXPECT_EQ(unit_table({unit(1, 0), none}),
            "layer,unit,activation,bound,status,nodes,seconds,proof,extreme,question\n"
            "1,0,1.23456789,1.2345679,optimal,7,0.250,search,max,\n"
            "2,3,,1.2345679,time_limit,7,0.250,search,max,\n");
  UnitResult least = unit(1, 0);
  least.least = true;
  std::swap(least.activation, least.bound);
  EXPECT_EQ(unit_table({least}),
            "layer,unit,activation,bound,status,nodes,seconds,proof,extreme,question\n"
            "1,0,1.2345679,1.23456789,optimal,7,0.250,search,min,\n");
}

TEST_F(UnitsTest, FinishedFoldersAreSortedAndReadBack) {
  auto run = UnitFolder::open({folder_, kQuestion}, "q");
  ASSERT_TRUE(run) << run.error().message;
  ASSERT_TRUE(run->add(unit(2, 0)));
  ASSERT_TRUE(run->add(unit(1, 5)));
  EXPECT_FALSE(fs::exists(folder_ / "units.csv"));
  ASSERT_TRUE(run->finish());
  EXPECT_FALSE(fs::exists(folder_ / "units.csv.partial"));
  EXPECT_TRUE(fs::exists(folder_ / "units.png"));
  const auto units = read_units(folder_);
  ASSERT_TRUE(units) << units.error().message;
  ASSERT_EQ(units->size(), 2u);
  EXPECT_EQ(units->at(0).layer, 1);
  EXPECT_EQ(units->at(0).unit, 5);
  EXPECT_EQ(units->at(0).picture, Raster(4, 4, kBlack));
  EXPECT_EQ(units->at(0).proof, "search");
  EXPECT_EQ(units->at(0).question, kQuestion);
}

TEST_F(UnitsTest, ATableOfAnotherQuestionIsKeptUnlessForced) {
  {
    auto run = UnitFolder::open({folder_, kQuestion}, "q");
    ASSERT_TRUE(run && run->add(unit(1, 0)) && run->finish());
  }
  for (const auto& refused :
       {UnitFolder::open({folder_, "other"}, "r"), UnitFolder::of_answers({folder_, "other"})}) {
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("answers another question"), std::string::npos);
  }
  EXPECT_EQ(read_units(folder_)->size(), 1u);
  auto forced = UnitFolder::open({folder_, "other", true}, "r");
  ASSERT_TRUE(forced) << forced.error().message;
  ASSERT_TRUE(forced->add(unit(1, 0)));
  // Stopped here, the folder holds the old table and the new picture.
  EXPECT_NE(read_units(folder_).error().message.find("another run"), std::string::npos);
  ASSERT_TRUE(forced->finish());
  EXPECT_EQ(read_units(folder_)->at(0).question, "other");
}

TEST_F(UnitsTest, FoldersOfAnEarlierBrinkAreRead) {
  {
    auto run = UnitFolder::open({folder_, kQuestion}, "q");
    ASSERT_TRUE(run && run->add(unit(1, 0)) && run->finish());
  }
  ASSERT_TRUE(write_file(folder_ / "units.csv",
                         "layer,unit,activation,bound,status,nodes,seconds\n"
                         "1,0,1.23456789,1.2345679,optimal,7,0.250\n"));
  const auto units = read_units(folder_);
  ASSERT_TRUE(units) << units.error().message;
  EXPECT_EQ(units->at(0).question + units->at(0).proof, "");
  EXPECT_FALSE(UnitFolder::open({folder_, kQuestion}, "q")) << "it does not say its question";
}

TEST_F(UnitsTest, AStoppedRunIsContinuedByTheSameQuestionOnly) {
  {
    auto run = UnitFolder::open({folder_, kQuestion}, "q");
    ASSERT_TRUE(run && run->add(unit(1, 0)));
  }
  const auto other = UnitFolder::open({folder_, kQuestion}, "another");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, Error::Kind::bad_request);
  auto again = UnitFolder::open({folder_, kQuestion}, "q");
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->finished().size(), 1u);
  EXPECT_EQ(again->finished()[0].picture, Raster(4, 4, kBlack));
  ASSERT_TRUE(again->finish());
  EXPECT_TRUE(UnitFolder::open({folder_, kQuestion}, "another")->finished().empty());
}

TEST_F(UnitsTest, WhatCannotBeAFolderIsRefused) {
  EXPECT_FALSE(UnitFolder::open({folder_ / "a" / "b", kQuestion}, "q"));
  EXPECT_FALSE(fs::exists(folder_));
  ASSERT_TRUE(write_file(folder_, "a file"));
  EXPECT_FALSE(UnitFolder::open({folder_, kQuestion}, "q"));
}

TEST_F(UnitsTest, SheetsWrapLongLayers) {
  std::vector<UnitResult> units;
  for (int j = 0; j < 12; ++j) units.push_back(unit(1, j));
  const Drawing twelve = unit_sheet(units);
  units.resize(10);
  EXPECT_GT(twelve.height(), unit_sheet(units).height());
  EXPECT_LT(twelve.width(), 1.1 * unit_sheet(units).width());
}

}  // namespace
}  // namespace brink
