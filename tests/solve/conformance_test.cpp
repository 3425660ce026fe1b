// What every MIP adapter must do. Solvers of other makers that are not found are skipped.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "brink/base/parallel.h"
#include "brink/base/random.h"
#include "brink/solve/solver.h"
#include "sanitized.h"

namespace brink {
namespace {

// GCC 12's sanitizers do not keep their allocator usable across a fork() among threads.
constexpr int kThreads = testing::kSanitized ? 1 : 4;

class Conformance : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto solver = make_solver(GetParam());
    if (!solver && GetParam() != "cbc") GTEST_SKIP() << solver.error().message;
    ASSERT_TRUE(solver);
    solver_ = std::move(*solver);
  }
  Solution solve(const Program& program, const SolveOptions& options = {}) const {
    const auto solution = solver_->solve(program, options);
    EXPECT_TRUE(solution) << (solution ? "" : solution.error().message);
    if (!solution) return {};
    EXPECT_NE(solution->status, SolveStatus::failed) << solution->detail;
    return *solution;
  }

  std::unique_ptr<MipSolver> solver_;
};

/// max sum value_i v_i over a knapsack, as a minimisation with an offset.
Program knapsack(const std::vector<double>& value, const std::vector<double>& weight, double room) {
  Program program;
  program.offset = 100;
  LinearExpression load;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const int column = program.add_binary(fmt::format("v{}", i), -value[i]);
    load.terms.push_back({column, weight[i]});
  }
  program.add_row("room", load, -kInfinity, room);
  return program;
}

/// Market split (Cornuejols & Dawande 1998): small, and hours of work for branch and bound.
Program market_split(int rows, int columns, std::uint64_t seed) {
  Random random(seed);
  Program program;
  std::vector<int> binaries;
  for (int j = 0; j < columns; ++j) binaries.push_back(program.add_binary(fmt::format("v{}", j)));
  for (int r = 0; r < rows; ++r) {
    LinearExpression row;
    double total = 0;
    for (const int column : binaries) {
      const double a = random.index(100);
      total += a;
      row.terms.push_back({column, a});
    }
    const int plus = program.add_column({fmt::format("plus{}", r), 0, kInfinity, 1, false});
    const int minus = program.add_column({fmt::format("minus{}", r), 0, kInfinity, 1, false});
    row.terms.push_back({plus, 1});
    row.terms.push_back({minus, -1});
    program.add_row(fmt::format("market{}", r), row, std::floor(total / 2), std::floor(total / 2));
  }
  return program;
}

TEST_P(Conformance, OptimumWithOffset) {
  const Solution solution = solve(knapsack({10, 13, 7, 8}, {4, 6, 3, 5}, 10));
  EXPECT_EQ(solution.status, SolveStatus::optimal);
  EXPECT_NEAR(solution.objective, 100 - 23, 1e-9);
  EXPECT_NEAR(solution.bound, 100 - 23, 1e-6);
  ASSERT_EQ(solution.values.size(), 4U);
  EXPECT_NEAR(solution.values[0] + solution.values[1], 2, 1e-9);
}

TEST_P(Conformance, AgreesWithEnumeration) {
  Random random(17);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> value(8), weight(8);
    for (auto& v : value) v = random.uniform(-1, 5);
    for (auto& w : weight) w = random.uniform(0, 5);
    double best = 0;
    for (unsigned set = 0; set < 256; ++set) {
      double v = 0, w = 0;
      for (unsigned i = 0; i < 8; ++i) {
        if ((set >> i & 1U) != 0) v += value[i], w += weight[i];
      }
      if (w <= 9) best = std::max(best, v);
    }
    const Solution solution = solve(knapsack(value, weight, 9));
    EXPECT_EQ(solution.status, SolveStatus::optimal);
    EXPECT_NEAR(solution.objective, 100 - best, 1e-7);
  }
}

TEST_P(Conformance, DifferencesBelowTheUsualIncrementCount) {
  // 1e-6 apart: a cutoff increment of 1e-5 would accept the worse one.
  const Solution solution = solve(knapsack({1, 1 + 1e-6, 1 + 2e-6}, {1, 1, 1}, 1));
  EXPECT_NEAR(solution.objective, 100 - (1 + 2e-6), 1e-9);
}

TEST_P(Conformance, InfeasibleIsSaid) {
  Program by_relaxation = knapsack({1, 1}, {1, 1}, 5);
  by_relaxation.add_row("no", LinearExpression{0, {{0, 1.0}, {1, 1.0}}}, 3, kInfinity);
  EXPECT_EQ(solve(by_relaxation).status, SolveStatus::infeasible);

  Program by_integrality = knapsack({1, 1}, {1, 1}, 5);
  by_integrality.add_row("half", LinearExpression{0, {{0, 2.0}, {1, 2.0}}}, 1, 1);
  const Solution solution = solve(by_integrality);
  EXPECT_EQ(solution.status, SolveStatus::infeasible);
  EXPECT_TRUE(solution.values.empty());
}

TEST_P(Conformance, UnboundedIsNotInfeasible) {
  Program program;
  const int x = program.add_column({"x", -kInfinity, kInfinity, 1, false});
  const int z = program.add_binary("z");
  program.add_row("link", LinearExpression{0, {{x, 1.0}, {z, -1.0}}}, -kInfinity, 4);
  const Solution solution = solve(program);
  EXPECT_NE(solution.status, SolveStatus::infeasible);
  EXPECT_NE(solution.status, SolveStatus::optimal);
}

TEST_P(Conformance, IndicatorsHold) {
  for (const bool value : {false, true}) {
    Program program;
    const int x = program.add_column({"x", 0, 10, -1, false});
    const int b = program.add_binary("b", value ? -3 : 3);
    program.add_indicator(b, value, "small", LinearExpression{0, {{x, 1.0}}}, -kInfinity, 4);
    const Solution solution = solve(program);
    // Without the indicator's value: -10; with it -4 and 3 less or more.
    EXPECT_NEAR(solution.objective, value ? -10 : -7, 1e-7) << value;
    EXPECT_LE(max_violation(program, solution.values), 1e-7);
  }
}

TEST_P(Conformance, StopsInTimeWithABoundThatHolds) {
  SolveOptions options;
  options.deadline = Deadline::after(2);
  const Solution solution = solve(market_split(5, 40, 3), options);
  EXPECT_EQ(solution.status, SolveStatus::time_limit);
  EXPECT_LT(solution.seconds, testing::in_time(8));
  EXPECT_LE(solution.bound, solution.objective + 1e-9);
  EXPECT_GE(solution.bound, -1e-6);
}

TEST_P(Conformance, NoTimeAtAllProvesNothing) {
  SolveOptions options;
  options.deadline = Deadline::after(0);
  const Solution solution = solve(market_split(5, 40, 3), options);
  EXPECT_EQ(solution.status, SolveStatus::time_limit);
}

TEST_P(Conformance, CutoffFindsOnlyBetter) {
  SolveOptions options;
  options.cutoff = 100 - 22.5;
  const Program program = knapsack({10, 13, 7, 8}, {4, 6, 3, 5}, 10);
  EXPECT_NEAR(solve(program, options).objective, 77, 1e-9);
  options.cutoff = 100 - 23.5;
  EXPECT_EQ(solve(program, options).status, SolveStatus::infeasible);
}

TEST_P(Conformance, GapStopsEarlyAndHonestly) {
  Random random(4);
  std::vector<double> value(60), weight(60);
  for (auto& v : value) v = random.uniform(10, 20);
  for (auto& w : weight) w = random.uniform(10, 20);
  const Program program = knapsack(value, weight, 300);
  const Solution exact = solve(program);
  SolveOptions options;
  options.relative_gap = 0.05;
  const Solution loose = solve(program, options);
  EXPECT_LE(loose.bound, exact.objective + 1e-6);
  EXPECT_GE(loose.objective, exact.objective - 1e-6);
  EXPECT_LE(loose.objective - loose.bound, 0.05 * std::abs(loose.objective) + 1e-6);
}

TEST_P(Conformance, InterruptedAtOnce) {
  std::atomic<bool> flag = false;
  SolveOptions options;
  options.deadline = Deadline::after(60, &flag);
  const Stopwatch watch;
  std::jthread later([&flag] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    flag = true;
  });
  EXPECT_EQ(solve(market_split(5, 40, 5), options).status, SolveStatus::interrupted);
  EXPECT_LT(watch.seconds(), testing::in_time(5));
}

TEST_P(Conformance, ManyThreadsSameAnswers) {
  std::vector<double> objective(24);
  parallel_for(24, kThreads, [&](int i) {
    objective[static_cast<std::size_t>(i)] =
        solve(knapsack({10, 13, 7, 8 + i % 3 * 1.0}, {4, 6, 3, 5}, 10)).objective;
  });
  for (std::size_t i = 0; i < 24; ++i) EXPECT_NEAR(objective[i], objective[i % 3], 1e-12);
}

TEST_P(Conformance, MalformedProgramsAreRefused) {
  Program program = knapsack({1}, {1}, 1);
  program.columns[0].cost = std::nan("");
  EXPECT_FALSE(solver_->solve(program, {}));
}

TEST_P(Conformance, RowsOfAllKindsAndFreeColumns) {
  // min x + y - z: -3 <= x + z <= 2, x - y = 1, y >= -5, z <= 4 whole, x free.
  Program program;
  const int x = program.add_column({"x", -kInfinity, kInfinity, 1, false});
  const int y = program.add_column({"y", -5, kInfinity, 1, false});
  const int z = program.add_column({"z", -kInfinity, 4.5, -1, true});
  program.add_row("between", LinearExpression{0, {{x, 1.0}, {z, 1.0}}}, -3, 2);
  program.add_row("equal", LinearExpression{0, {{x, 1.0}, {y, -1.0}}}, 1, 1);
  program.add_row("free", LinearExpression{0, {{x, 1.0}}}, -kInfinity, kInfinity);
  const Solution solution = solve(program);
  EXPECT_EQ(solution.status, SolveStatus::optimal);
  EXPECT_NEAR(solution.objective, -4 - 5 - 4, 1e-7);
  EXPECT_NEAR(solution.bound, -13, 1e-6);
  EXPECT_LE(max_violation(program, solution.values), 1e-7);
}

TEST_P(Conformance, IndicatorsOfEveryKind) {
  // z = 1 -> 1 <= x <= 2; w = 0 -> x - y = 3; u = 1 -> y >= 1.
  Random random(9);
  for (int round = 0; round < 12; ++round) {
    Program program;
    const int x = program.add_column({"x", -4, 6, random.normal(), false});
    const int y = program.add_column({"y", -4, 6, random.normal(), false});
    const int z = program.add_binary("z", random.normal());
    const int w = program.add_binary("w", random.normal());
    const int u = program.add_binary("u", random.normal());
    program.add_indicator(z, true, "range", {0, {{x, 1.0}}}, 1, 2);
    program.add_indicator(w, false, "equal", {0, {{x, 1.0}, {y, -1.0}}}, 3, 3);
    program.add_indicator(u, true, "above", {0, {{y, 1.0}}}, 1, kInfinity);
    double best = kInfinity;
    for (unsigned set = 0; set < 8; ++set) {
      Program fixed = program;
      fixed.indicators.clear();
      for (unsigned i = 0; i < 3; ++i) {
        Column& column = fixed.columns[2 + i];
        column.lower = column.upper = (set >> i & 1U) != 0 ? 1 : 0;
        const Indicator& indicator = program.indicators[i];
        if ((column.lower == 1) == indicator.value) fixed.rows.push_back(indicator.row);
      }
      const Solution part = solve(fixed);
      if (part.status == SolveStatus::optimal) best = std::min(best, part.objective);
    }
    const Solution solution = solve(program);
    EXPECT_EQ(solution.status, SolveStatus::optimal);
    EXPECT_NEAR(solution.objective, best, 1e-6) << round;
    EXPECT_LE(max_violation(program, solution.values), 1e-7);
  }
}

TEST_P(Conformance, SquaresInTheObjective) {
  // min x^2 + 2 y^2 + offset, x + y >= 3, y whole: (2, 1) has 6, (1, 2) 9, (3, 0) 9.
  Program program;
  program.offset = 5;
  const int x = program.add_column({"x", -10, 10, 0, false, 1});
  const int y = program.add_column({"y", -10, 10, 0, true, 2});
  program.add_row("sum", LinearExpression{0, {{x, 1.0}, {y, 1.0}}}, 3, kInfinity);
  if (!solver_->squares()) {
    EXPECT_FALSE(solver_->solve(program, {}));
    return;
  }
  const Solution solution = solve(program);
  EXPECT_EQ(solution.status, SolveStatus::optimal);
  EXPECT_NEAR(solution.objective, 11, 1e-5);
  EXPECT_NEAR(solution.bound, 11, 1e-5);
  ASSERT_EQ(solution.values.size(), 2U);
  EXPECT_NEAR(solution.values[0], 2, 1e-4);
}

TEST_P(Conformance, SetsOfTypeTwo) {
  // Weights of a concave cost: without the set 0 and 4 alone would be used.
  Program program;
  LinearExpression sum, place;
  Sos2 set{"set", {}};
  const double cost[] = {0, 3, 4, 3, 0};
  for (int i = 0; i < 5; ++i) {
    const int l = program.add_column({fmt::format("l{}", i), 0, 1, cost[i], false});
    set.columns.push_back(l);
    sum.terms.push_back({l, 1});
    place.terms.push_back({l, static_cast<double>(i)});
  }
  program.add_row("sum", sum, 1, 1);
  program.add_row("place", place, 1.5, 2.5);
  program.sos2.push_back(set);
  if (!solver_->sos2()) {
    EXPECT_FALSE(solver_->solve(program, {}));
    return;
  }
  const Solution solution = solve(program);
  EXPECT_EQ(solution.status, SolveStatus::optimal);
  EXPECT_NEAR(solution.objective, 3.5, 1e-6);
  EXPECT_LE(max_violation(program, solution.values), 1e-7);
}

TEST_P(Conformance, StartsNeitherHelpNorHarmTheAnswer) {
  const Program program = knapsack({10, 13, 7, 8}, {4, 6, 3, 5}, 10);
  SolveOptions options;
  options.start = {{0, 1}, {1, 1}, {2, 0}, {3, 0}};  // the best
  EXPECT_NEAR(solve(program, options).objective, 77, 1e-9);
  options.start = {{2, 1}};  // a part
  EXPECT_NEAR(solve(program, options).objective, 77, 1e-9);
  options.start = {{0, 1}, {1, 1}, {2, 1}, {3, 1}};  // not feasible
  EXPECT_NEAR(solve(program, options).objective, 77, 1e-9);
}

TEST_P(Conformance, AStartIsASolutionWhenTimeIsShort) {
  if (GetParam() == "cbc") GTEST_SKIP() << "cbc leaves starts";
  const Program program = market_split(6, 50, 8);
  SolveOptions options;
  options.deadline = Deadline::after(2);
  Random random(3);
  for (int j = 0; j < 50; ++j) options.start.push_back({j, random.index(2) * 1.0});
  double plain = 0;  // what the start costs
  for (std::size_t r = 0; r < program.rows.size(); ++r) {
    double activity = 0;
    for (const Term& term : program.rows[r].terms) {
      if (term.column < 50) {
        activity += term.coefficient * options.start[static_cast<std::size_t>(term.column)].value;
      }
    }
    plain += std::abs(program.rows[r].lower - activity);
  }
  const Solution solution = solve(program, options);
  EXPECT_FALSE(solution.values.empty());
  EXPECT_LE(solution.objective, plain + 1e-6);
}

TEST_P(Conformance, SeveralThreadsSameAnswer) {
  SolveOptions options;
  options.threads = 2;
  EXPECT_NEAR(solve(knapsack({10, 13, 7, 8}, {4, 6, 3, 5}, 10), options).objective, 77, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Adapters, Conformance, ::testing::ValuesIn(solver_names()),
                         [](const auto& solver) { return solver.param; });

TEST(Solvers, UnknownNameIsAnError) {
  const auto solver = make_solver("gurobbi");
  ASSERT_FALSE(solver);
  EXPECT_NE(solver.error().message.find("did you mean gurobi?"), std::string::npos)
      << solver.error().message;
}

}  // namespace
}  // namespace brink
