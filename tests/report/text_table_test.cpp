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

TEST(TextTable, Latex) {
  EXPECT_EQ(table().latex(),
            "% Title\n\\begin{tabular}{lr}\n\\toprule\nname & value \\\\\n\\midrule\n"
            "a,b & 1.5 \\\\\nc\\textbar{}d & 20 \\\\\n\\bottomrule\n\\end{tabular}\n% a note\n");
}

TEST(TextTable, LatexEscapesWhatItWouldRead) {
  const TextTable t{
      "50 %\nof", {"a_b", "n"}, {{"[x] & #$%{}~^\\<>*\"", "-1.5e-05"}, {"e-5 a-1 -2", ""}}, {}};
  EXPECT_EQ(t.latex(),
            "% 50 %\\nof\n\\begin{tabular}{lr}\n\\toprule\na\\_b & n \\\\\n\\midrule\n"
            "{[}x] \\& \\#\\$\\%\\{\\}\\textasciitilde{}\\textasciicircum{}\\textbackslash{}"
            "\\textless{}\\textgreater{}{*}\\textquotedblright{} & $-$1.5e$-$05 \\\\\n"
            "e$-$5 a-1 $-$2 &  \\\\\n\\bottomrule\n\\end{tabular}\n");
}

TEST(TextTable, RowsAsJsonHaveNumbers) {
  const TextTable t{"", {"name", "value"}, {{"7", "1.5"}, {"", ""}, {"x", "inf"}}, {}};
  EXPECT_EQ(rows_json(t, {"name"}).dump(),
            R"([{"name":"7","value":1.5},{"name":"","value":null},{"name":"x","value":null}])");
}

}  // namespace
}  // namespace brink
