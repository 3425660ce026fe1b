#include <gtest/gtest.h>

#include "brink/base/random.h"
#include "brink/solve/lp.h"

namespace brink {
namespace {

/// min cost over random rows of a box that contains a known feasible point.
Program random_lp(Random& random, int columns, int rows) {
  Program program;
  std::vector<double> inside;
  for (int j = 0; j < columns; ++j) {
    const double low = random.uniform(-2, 0), high = random.uniform(0, 2);
    inside.push_back(random.uniform(low, high));
    program.add_column({fmt::format("v{}", j), low, high, random.normal(), false});
  }
  for (int r = 0; r < rows; ++r) {
    LinearExpression row;
    double value = 0;
    for (int j = 0; j < columns; ++j) {
      const double a = random.normal();
      row.terms.push_back({j, a});
      value += a * inside[static_cast<std::size_t>(j)];
    }
    program.add_row(fmt::format("row{}", r), row, value - random.uniform(),
                    value + random.uniform());
  }
  return program;
}

TEST(Lp, SafeBoundIsBelowAndClose) {
  Random random(1);
  for (int round = 0; round < 50; ++round) {
    const Program program = random_lp(random, 12, 6);
    LpSolver lp(program);
    const LpSolution solution = lp.solve();
    ASSERT_EQ(solution.status, SolveStatus::optimal);
    const double bound = lp.safe_bound(solution.duals);
    EXPECT_LE(bound, solution.objective);
    EXPECT_NEAR(bound, solution.objective, 1e-7);
  }
}

TEST(Lp, AnyMultipliersProveABound) {
  Random random(2);
  for (int round = 0; round < 50; ++round) {
    const Program program = random_lp(random, 8, 5);
    LpSolver lp(program);
    const LpSolution solution = lp.solve();
    std::vector<double> duals(5);
    for (auto& pi : duals) pi = random.normal();
    EXPECT_LE(lp.safe_bound(duals), solution.objective);
  }
}

TEST(Lp, ChangesAreFollowed) {
  Program program;
  program.add_column({"x", 0, 4, -1, false});
  program.add_column({"y", 0, 4, -2, false});
  program.add_row("sum", LinearExpression{0, {{0, 1.0}, {1, 1.0}}}, -kInfinity, 5);
  LpSolver lp(program);
  EXPECT_NEAR(lp.solve().objective, -9, 1e-9);
  lp.set_costs({-2, -1});
  EXPECT_NEAR(lp.solve().objective, -9, 1e-9);
  lp.set_column_bounds(0, 0, 1);
  EXPECT_NEAR(lp.solve().objective, -6, 1e-9);
  lp.set_row_bounds(0, -kInfinity, 2);
  EXPECT_NEAR(lp.solve().objective, -3, 1e-9);
  lp.set_row_bounds(0, 9, kInfinity);
  EXPECT_EQ(lp.solve().status, SolveStatus::infeasible);
}

TEST(Lp, UnboundedAndOpenColumns) {
  Program program;
  program.add_column({"x", -kInfinity, kInfinity, 1, false});
  program.add_row("floor", LinearExpression{0, {{0, 1.0}}}, -3, kInfinity);
  LpSolver lp(program);
  const LpSolution solution = lp.solve();
  EXPECT_NEAR(solution.objective, -3, 1e-9);
  EXPECT_LE(lp.safe_bound(solution.duals), -3);
  EXPECT_EQ(lp.safe_bound({0.0}), -kInfinity);
}

}  // namespace
}  // namespace brink
