#include <gtest/gtest.h>

#include "brink/base/files.h"
#include "brink/data/dataset.h"
#include "data/temporary_folder.h"

namespace brink {
namespace {

class CsvSet : public ::testing::Test {
 protected:
  Expected<Dataset> read(const std::string& text, const DataOptions& options = {}) {
    EXPECT_TRUE(write_file(file_, text).has_value());
    return read_csv_set(file_, options);
  }
  std::string refused(const std::string& text, const DataOptions& options = {}) {
    const auto set = read(text, options);
    return set ? "" : set.error().message;
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "t.csv";
};

TEST_F(CsvSet, NamesNumbersAndClasses) {
  const auto set = read("age,income,kind\n30,1e3,b\n 41 ,+2.5,a\n");
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->features, (std::vector<std::string>{"age", "income"}));
  EXPECT_EQ(set->classes, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(set->labels, (std::vector<int>{1, 0}));
  EXPECT_EQ(set->image(1), Eigen::Vector2d(41, 2.5));
  EXPECT_EQ(set->range->lower, Eigen::Vector2d(30, 2.5));
  EXPECT_EQ(set->range->upper, Eigen::Vector2d(41, 1000));
  EXPECT_FALSE(set->picture);
}

TEST_F(CsvSet, TheLabelMayStandAnywhereOrNowhere) {
  const std::string text = "y;x\n2;0.5\n0;0.25\n";
  EXPECT_EQ(read(text, {"y", {}})->labels, (std::vector<int>{2, 0}));
  EXPECT_EQ(read(text, {"none", {}})->columns, 2);
  EXPECT_EQ(read("x\ty\n1\t0.5\n")->label_problem.find('\''), 0U) << "no class: a regression";
  EXPECT_EQ(read("x,y\n1,b\n2,a\n", {"", {"b", "a"}})->labels, (std::vector<int>{0, 1}));
}

TEST_F(CsvSet, LabelsAreLookedUpAmongTheNetworksClasses) {
  DataOptions names, numbers;
  names.of_network = {"setosa", "versicolor", "virginica"};
  numbers.of_network = {"-1", "3", "5.5"};
  const auto some = read("x,kind\n1,virginica\n2,setosa\n", names);
  ASSERT_TRUE(some) << some.error().message;
  EXPECT_EQ(some->labels, (std::vector<int>{2, 0}));
  EXPECT_EQ(some->classes, names.of_network);
  EXPECT_EQ(read("x,y\n1,2\n2,0\n", names)->labels, (std::vector<int>{2, 0}));
  EXPECT_EQ(read("x,y\n1,5.50\n2,-1\n3,3\n", numbers)->labels, (std::vector<int>{2, 0, 1}));
  const std::string other = refused("x,kind\n1,rosa\n", names);
  for (const char* says : {"line 2, column 'kind'", "'rosa'", "setosa, versicolor", "--classes"}) {
    EXPECT_NE(other.find(says), std::string::npos) << other;
  }
  EXPECT_NE(refused("x,y\n1,0\n", numbers).find("'0' is none of the classes -1, 3, 5.5"),
            std::string::npos);
  numbers.classes = {"0", "1", "2"};  // what the data call them
  EXPECT_EQ(read("x,y\n1,2\n2,0\n", numbers)->labels, (std::vector<int>{2, 0}));
}

TEST_F(CsvSet, WhatIsWrongIsSaidByLineAndColumn) {
  EXPECT_NE(refused("a,b\n1,2\n1,2,3\n").find("line 3"), std::string::npos);
  EXPECT_NE(refused("a,b\n1,2\ninf,2\n").find("line 3, column 'a'"), std::string::npos);
  EXPECT_NE(refused("a,a\n1,2\n").find("called 'a'"), std::string::npos);
  EXPECT_NE(refused("1,b\n1,2\n").find("line 1"), std::string::npos);
  EXPECT_NE(refused("a,b\n").find("no rows"), std::string::npos);
  EXPECT_NE(refused("").find("no rows"), std::string::npos);
  EXPECT_NE(refused("a,b\n1,\n").find("empty"), std::string::npos);
  EXPECT_NE(refused("a,\"b\n1,2\n").find("quote"), std::string::npos);
  EXPECT_NE(refused("a,b\n1,c\n", {"", {"d"}}).find("none of the classes"), std::string::npos);
}

}  // namespace
}  // namespace brink
