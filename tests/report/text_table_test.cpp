#include "brink/report/text_table.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

TextTable table() {
  return {"Title", {"name", "value"}, {{"a,b", "1.5"}, {"c|d", "20"}}, {"a note"}};
}

TEST(TextTable, Csv) {
  EXPECT_EQ(table().csv(), "name,value\n\"a,b\",1.5\nc|d,20\n");
}

TEST(TextTable, Markdown) {
  EXPECT_EQ(table().markdown(),
            "### Title\n\n| name | value |\n|---|---:|\n| a,b | 1.5 |\n| c\\|d | 20 |\n\na note\n");
}

TEST(TextTable, Aligned) {
  EXPECT_EQ(table().aligned(), "Title\nname  value\na,b     1.5\nc|d      20\na note\n");
}

TEST(TextTable, RowsAsJsonHaveNumbers) {
  const TextTable t{"", {"name", "value"}, {{"7", "1.5"}, {"", ""}, {"x", "inf"}}, {}};
  EXPECT_EQ(rows_json(t, {"name"}).dump(),
            R"([{"name":"7","value":1.5},{"name":"","value":null},{"name":"x","value":null}])");
}

}  // namespace
}  // namespace brink
