#include "brink/report/page_rows.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(PageRows, OnlyWhatChangedIsShown) {
  Page page;
  page.inputs = {"age", "a<b", "still"};
  PageImage row{3, 0, Eigen::Vector3d(30, 2, 5), {}};
  Result found;
  found.found = Eigen::Vector3d(31.5, 2, 5);
  row.answers.push_back(found);
  found.found = Eigen::Vector3d(30, -1, 5);
  row.answers.push_back(found);
  row.answers.emplace_back();  // nothing found
  const std::string html = row_html(page, row, {"L1", "L2", "Linf"});
  EXPECT_NE(html.find("<td>age<td>30<td><b>31.5</b> (+1.5)<td><td>"), std::string::npos) << html;
  EXPECT_NE(html.find("a&lt;b<td>2<td><td><b>-1</b> (-3)<td>"), std::string::npos);
  EXPECT_EQ(html.find("still"), std::string::npos);
  EXPECT_NE(html.find("1 features stay"), std::string::npos);
}

TEST(PageRows, ClassesByName) {
  EXPECT_EQ(class_name({"a", "b"}, 1), "b");
  EXPECT_EQ(class_name({}, 7), "7");
  EXPECT_EQ(class_name({"a"}, -1), "");
}

}  // namespace
}  // namespace brink
