#include <gtest/gtest.h>

#include <cmath>

#include "brink/program/program.h"

namespace brink {
namespace {

Program small() {
  Program program;
  program.offset = -1.5;
  const int x = program.add_column({"x", -2, 3, 1, false});
  const int y = program.add_column({"y", 0, kInfinity, -0.5, false});
  const int z = program.add_binary("z", 2);
  program.add_row("mix", {1, {{y, 2}, {x, 1}, {y, -0.5}, {z, 0}}}, -kInfinity, 4);
  program.add_row("fix", {0, {{x, 1}, {y, 1}, {x, -1}}}, 2, 2);
  program.add_indicator(z, true, "off", {0, {{x, 1}}}, -kInfinity, 0);
  return program;
}

TEST(Program, RowsAreMergedSortedAndFreeOfZeros) {
  const Program program = small();
  const Row& mix = program.rows[0];
  ASSERT_EQ(mix.terms.size(), 2U);
  EXPECT_EQ(mix.terms[0].column, 0);
  EXPECT_EQ(mix.terms[1].column, 1);
  EXPECT_EQ(mix.terms[1].coefficient, 1.5);
  EXPECT_EQ(mix.upper, 3);  // the constant moved over
  EXPECT_EQ(mix.lower, -kInfinity);
  EXPECT_EQ(program.rows[1].terms.size(), 1U);  // x - x cancelled exactly
  EXPECT_EQ(program.integer_count(), 1);
}

TEST(Program, ListingIsExact) {
  EXPECT_EQ(to_text(small()),
            "min x - 0.5 y + 2 z - 1.5\n"
            "rows\n"
            "  mix: x + 1.5 y <= 3\n"
            "  fix: y = 2\n"
            "indicators\n"
            "  z = 1 -> off: x <= 0\n"
            "columns\n"
            "  -2 <= x <= 3\n"
            "  y >= 0\n"
            "  z binary\n");
  EXPECT_EQ(to_text(Program{}), "min 0\nrows\ncolumns\n");
}

TEST(Program, ViolationNamesTheWorst) {
  const Program program = small();
  EXPECT_EQ(max_violation(program, {0, 2, 1}), 0);
  EXPECT_EQ(max_violation(program, {0, 2.5, 1}), 0.75);   // mix by 0.75, fix by 0.5
  EXPECT_EQ(max_violation(program, {-3, 2, 1}), 1);       // bound
  EXPECT_EQ(max_violation(program, {0, 2, 0.75}), 0.25);  // integrality
  EXPECT_EQ(max_violation(program, {0.5, 2, 1}), 0.5);    // mix and indicator
  EXPECT_EQ(max_violation(program, {0, 1, 0}), 1);        // equality
  EXPECT_EQ(max_violation(program, {-0.5, 2, 0}), 0);     // the indicator sleeps
  EXPECT_EQ(max_violation(program, {0, 2}), kInfinity);
  EXPECT_EQ(max_violation(program, {std::nan(""), 2, 1}), kInfinity);
}

TEST(Program, ObjectiveCountsTheOffset) {
  EXPECT_EQ(objective_value(small(), {1, 2, 1}), 1 - 1 + 2 - 1.5);
}

/// `message` of the check after `spoil` has been at a good program; empty if it still passes.
template <class Spoil>
std::string complaint(Spoil spoil) {
  Program program = small();
  spoil(program);
  const auto result = check(program);
  return result ? "" : result.error().message;
}

TEST(Program, CheckSaysWhatIsMalformed) {
  EXPECT_EQ(complaint([](Program&) {}), "");
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(has(complaint([](Program& p) { p.columns[0].lower = 4; }), "column x has bounds"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.columns[0].upper = std::nan(""); }), "column x"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.columns[1].lower = kInfinity; }), "column y"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.columns[1].cost = kInfinity; }), "cost"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.columns[1].name = "x"; }), "two columns named x"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.columns[1].name.clear(); }), "no name"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.rows[0].name = "fix"; }), "two rows named fix"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.rows[0].name = "off"; }), "two rows named off"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.rows[0].lower = 9; }), "row mix has sides"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.rows[0].terms[1].column = 7; }), "number 7 of 3"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.rows[0].terms[1].column = 0; }), "twice"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.rows[0].terms[0].coefficient = std::nan(""); }),
                  "coefficient nan"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.indicators[0].binary = 1; }), "not binary"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.indicators[0].binary = -1; }), "number -1"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.offset = std::nan(""); }), "offset"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.columns[0].square = -1; }), "of its square"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.sos2.push_back({"s", {7}}); }), "number 7 of 3"));
  EXPECT_TRUE(has(complaint([](Program& p) { p.sos2.push_back({"fix", {}}); }), "two rows"));
  EXPECT_TRUE(has(complaint([](Program& p) {
                    p.columns[1].lower = 0;
                    p.sos2.push_back({"s", {1, 1}});
                  }),
                  "twice"));
  EXPECT_TRUE(has(complaint([](Program& p) {
                    p.columns[1].lower = -1;
                    p.sos2.push_back({"s", {1}});
                  }),
                  "lower bound"));
}

TEST(Program, SquaresAndSets) {
  Program program;
  for (const char* name : {"a", "b", "c"}) program.add_column({name, 0, 4, 1, false});
  program.columns[1].square = 2;
  program.sos2.push_back({"pair", {0, 1, 2}});
  EXPECT_TRUE(check(program));
  EXPECT_TRUE(program.has_squares());
  EXPECT_EQ(objective_value(program, {1, 3, 0}), 1 + 3 + 18);
  EXPECT_NE(to_text(program).find("2 b^2"), std::string::npos) << to_text(program);
  EXPECT_NE(to_text(program).find("pair: at most two neighbours of a, b, c"), std::string::npos)
      << to_text(program);
  EXPECT_EQ(max_violation(program, {1, 3, 0}), 0);
  EXPECT_EQ(max_violation(program, {0, 3, 1}), 0);
  EXPECT_EQ(max_violation(program, {3, 0, 2}), 2);
  EXPECT_EQ(max_violation(program, {3, 1, 2}), 2);
}

}  // namespace
}  // namespace brink
