// What is written, and that other solvers read it as the same program.
#include <gtest/gtest.h>

#include <sstream>

#include "brink/program/write.h"
#include "external_solvers.h"

namespace brink {
namespace {

using testing::cbc_optimum;
using testing::glpk_optimum;

/// Every feature a file has to carry; the optimum is worked out below.
Program everything() {
  Program program;
  program.name = "everything";
  program.offset = 10.25;
  const int a = program.add_column({"a", -3, 5, 1, false});  // a >= -3
  const int b = program.add_column({"b", -kInfinity, kInfinity, 2, false});
  const int c = program.add_column({"c", -kInfinity, -1, -1, false});
  const int d = program.add_column({"d", 2.5, 2.5, 4, false});
  const int i = program.add_column({"i", -4, 7, 1, true});
  const int j = program.add_column({"j", 0, kInfinity, -0.5, true});
  const int z = program.add_binary("z", -3);
  program.add_column({"unused", 0, kInfinity, 0, false});
  program.add_row("range", {0, {{a, 1}, {b, 1}}}, -4, 6);
  program.add_row("least", {0, {{i, 2}, {d, 1}}}, -2.5, kInfinity);
  program.add_row("same", {0, {{c, 1}, {z, 1}}}, -1.5, -1.5);
  program.add_row("most", {0, {{j, 3}, {z, 1}}}, -kInfinity, 8.5);
  program.add_row("nothing", {0, {{a, 1}}}, -kInfinity, kInfinity);
  program.add_row("no_terms", {}, -1, 2);
  return program;
}

// a + 2 b with a + b >= -4 is least at a = 5, b = -9: -13. c = -1.5 - z <= -1: z = 0: 1.5; z = 1:
// c = -2.5: 2.5 - 3. d: 10. i: 2 i >= -5, so i = -2. j: z = 1: 3 j <= 7.5: j = 2: -1.
constexpr double kEverything = 10.25 - 13 + 2.5 - 3 + 10 - 2 - 1;

TEST(Write, OtherSolversReadTheSameProgram) {
  const std::string mps = to_mps(everything()).value();
  EXPECT_NEAR(cbc_optimum(mps, "mps"), kEverything, 1e-7);
  EXPECT_NEAR(glpk_optimum(mps, "mps"), kEverything, 1e-7);
  const std::string lp = to_lp(everything()).value();
  EXPECT_NEAR(cbc_optimum(lp, "lp"), kEverything, 1e-7);
  EXPECT_NEAR(glpk_optimum(lp, "lp"), kEverything, 1e-7);
}

TEST(Write, OtherSolversSeeInfeasibility) {
  Program program = everything();
  program.rows[2].lower = program.rows[2].upper = 3;  // c <= -1, z <= 1
  for (const char* kind : {"mps", "lp"}) {
    const std::string text = (kind[0] == 'm' ? to_mps(program) : to_lp(program)).value();
    EXPECT_EQ(cbc_optimum(text, kind), kInfinity) << kind;
    EXPECT_EQ(glpk_optimum(text, kind), kInfinity) << kind;
  }
}

TEST(Write, Mps) {
  EXPECT_EQ(
      to_mps(everything()).value(),
      "NAME everything FREE\nROWS\n N cost\n L range\n G least\n E same\n L most\n N nothing\n"
      " L no_terms\nCOLUMNS\n a cost 1\n a range 1\n a nothing 1\n b cost 2\n b range 1\n"
      " c cost -1\n c same 1\n d cost 4\n d least 1\n MARKER0 'MARKER' 'INTORG'\n"
      " i cost 1\n i least 2\n j cost -0.5\n j most 3\n z cost -3\n z same 1\n z most 1\n"
      " MARKER1 'MARKER' 'INTEND'\n unused cost 0\n objective_offset cost 10.25\nRHS\n RHS range "
      "6\n"
      " RHS least -2.5\n RHS same -1.5\n RHS most 8.5\n RHS no_terms 2\nRANGES\n RNG range 10\n"
      " RNG no_terms 3\nBOUNDS\n LO BND a -3\n UP BND a 5\n FR BND b\n MI BND c\n UP BND c -1\n"
      " FX BND d 2.5\n LO BND i -4\n UP BND i 7\n LO BND j 0\n PL BND j\n LO BND z 0\n"
      " UP BND z 1\n FX BND objective_offset 1\nENDATA\n");
}

TEST(Write, Lp) {
  Program program;
  program.name = "little";
  program.offset = -2;
  const int x = program.add_column({"x", 0, 4, -1, false});
  const int y = program.add_column({"y", -kInfinity, 3, 0, true});
  const int z = program.add_binary("z", 0.5);
  program.add_row("both", {0, {{x, 1}, {y, -2}}}, -1, 1);
  program.add_indicator(z, true, "on", {0, {{x, 1}}}, -kInfinity, 0);
  program.add_indicator(z, false, "off", {0, {{y, 1}}}, 2, 2);
  EXPECT_EQ(to_lp(program).value(),
            "\\ little\nMinimize\n obj: - 1 x + 0.5 z - 2 objective_offset\nSubject To\n"
            " both_low: 1 x - 2 y >= -1\n both_high: 1 x - 2 y <= 1\n"
            " on: z = 1 -> 1 x <= 0\n off: z = 0 -> 1 y = 2\nBounds\n 0 <= x <= 4\n"
            " -inf <= y <= 3\n objective_offset = 1\nBinaries\n z\nGenerals\n y\nEnd\n");
}

TEST(Write, NumbersSurvive) {
  // A right-hand side and a bound, 1e-12 apart: written with fewer digits they would meet.
  const double odd = 1.0 / 3;
  Program program;
  program.add_column({"v", odd, 1, 1e12, false});
  program.add_column({"w", 0, 1, -1e12, false});
  program.add_row("r", {0, {{1, 1}}}, -kInfinity, odd + 1e-12);
  for (const char* kind : {"mps", "lp"}) {
    const std::string text = (kind[0] == 'm' ? to_mps(program) : to_lp(program)).value();
    EXPECT_NEAR(glpk_optimum(text, kind), -1, 1e-3) << kind;
    EXPECT_NE(text.find("0.3333333333333333"), std::string::npos) << kind;
    EXPECT_NE(text.find("0.3333333333343333"), std::string::npos) << kind;
  }
}

TEST(Write, ARangeThatWouldRoundBecomesTwoRows) {
  Program program;
  program.add_column({"v", 0, 1, -1, false});
  program.add_row("r", {0, {{0, 1}}}, 1e-20, 0.7);
  const std::string text = to_mps(program).value();
  EXPECT_NE(text.find(" G r_low\n L r_high\n"), std::string::npos) << text;
  EXPECT_NEAR(cbc_optimum(text, "mps"), -0.7, 1e-9);
}

TEST(Write, LinesStayShort) {
  Program program;
  LinearExpression sum;
  for (int i = 0; i < 1000; ++i) {
    sum.terms.push_back(
        {program.add_column({fmt::format("column_{}", i), 0, 1, 1.0 / 3, i % 2 == 0}), -1.0 / 7});
  }
  program.add_row("sum", sum, -kInfinity, -1.0 / 7);
  const std::string text = to_lp(program).value();
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 255U);
  EXPECT_NEAR(glpk_optimum(text, "lp"), 1.0 / 3, 1e-7);
  EXPECT_NEAR(cbc_optimum(text, "lp"), 1.0 / 3, 1e-7);
}

TEST(Write, WhatCannotBeWrittenIsAnError) {
  Program program;
  const int z = program.add_binary("z");
  program.add_indicator(z, true, "i", {0, {{z, 1}}}, 0, 0);
  const auto mps = to_mps(program);
  ASSERT_FALSE(mps);
  EXPECT_EQ(mps.error().kind, Error::Kind::bad_request);
  EXPECT_NE(mps.error().message.find("bigm"), std::string::npos);
  EXPECT_TRUE(to_lp(program));

  for (const char* name : {"two words", "1st", "e1", "a+b", "Free"}) {
    Program odd;
    odd.add_column({name, 0, 1, 1, false});
    EXPECT_FALSE(to_lp(odd)) << name;
  }
  Program spaced;
  spaced.add_column({"two words", 0, 1, 1, false});
  EXPECT_FALSE(to_mps(spaced));
  spaced.columns[0] = {"v", 2, 1, 0, false};
  EXPECT_FALSE(to_mps(spaced));  // malformed
  EXPECT_FALSE(to_lp(spaced));
}

}  // namespace
}  // namespace brink
