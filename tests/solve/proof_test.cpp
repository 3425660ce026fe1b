// The prover against enumeration of all binaries, each setting a linear program.
#include "brink/solve/proof.h"

#include <gtest/gtest.h>

#include <cmath>

#include "brink/base/random.h"
#include "brink/solve/lp.h"

namespace brink {
namespace {

constexpr int kBinaries = 5;

/// Continuous columns in a box, binaries that switch some of them off; feasible or not.
Program random_program(Random& random) {
  Program program;
  for (int j = 0; j < 6; ++j) {
    program.add_column({fmt::format("v{}", j), 0, random.uniform(0.5, 2), random.normal(), false});
  }
  for (int b = 0; b < kBinaries; ++b) {
    const int z =
        program.add_binary(fmt::format("z{}", b), random.index(2) == 0 ? 0 : random.normal());
    const double most = program.columns[static_cast<std::size_t>(b)].upper;
    program.add_row(fmt::format("on{}", b), {0, {{b, 1}, {z, most}}}, -kInfinity, most);
  }
  for (int r = 0; r < 4; ++r) {
    LinearExpression row;
    for (int c = 0; c < 6 + kBinaries; ++c) row.terms.push_back({c, random.normal()});
    const double low = random.uniform(-1, 3);
    program.add_row(fmt::format("row{}", r), row, low, low + random.uniform(0, 2));
  }
  program.offset = random.normal();
  return program;
}

/// The least objective over all settings; infinity: none is feasible.
double by_enumeration(const Program& program) {
  double best = kInfinity;
  for (int setting = 0; setting < 1 << kBinaries; ++setting) {
    Program fixed = program;
    for (int b = 0; b < kBinaries; ++b) {
      Column& column = fixed.columns[std::size_t{6} + static_cast<std::size_t>(b)];
      column.lower = column.upper = setting >> b & 1;
    }
    const LpSolution lp = LpSolver(fixed).solve();
    if (lp.status == SolveStatus::optimal) best = std::min(best, lp.objective);
  }
  return best;
}

TEST(Proof, ConfirmsTheOptimumAndRefutesMore) {
  Random random(11);
  int feasible = 0, infeasible = 0;
  for (int round = 0; round < 200; ++round) {
    const Program program = random_program(random);
    const double optimum = by_enumeration(program);
    if (std::isinf(optimum)) {
      ++infeasible;
      EXPECT_EQ(prove(program, kInfinity, {}).bound, kInfinity) << round;
      continue;
    }
    ++feasible;
    EXPECT_EQ(prove(program, optimum - 1e-6, {}).bound, optimum - 1e-6) << round;
    for (const double target : {optimum + 0.1, kInfinity}) {
      const ProofResult refuted = prove(program, target, {});
      EXPECT_LE(refuted.bound, optimum + 1e-12) << round;
      EXPECT_NEAR(refuted.bound, optimum, 1e-6) << round;
      ASSERT_FALSE(refuted.values.empty()) << round;
      EXPECT_NEAR(objective_value(program, refuted.values), optimum, 1e-6) << round;
    }
  }
  EXPECT_GE(feasible, 50);
  EXPECT_GE(infeasible, 20);
}

// Without time the relaxation's bound is what is known.
TEST(Proof, AStoppedProofBoundsFromBelow) {
  Random random(12);
  for (int round = 0; round < 50; ++round) {
    const Program program = random_program(random);
    const double optimum = by_enumeration(program);
    const ProofResult stopped = prove(program, kInfinity, Deadline::after(0));
    EXPECT_EQ(stopped.nodes, 1);
    EXPECT_LE(stopped.bound, optimum);
  }
}

TEST(Proof, ScalesOfCostsAndRowsDoNotMatter) {
  Random random(13);
  for (int round = 0; round < 50; ++round) {
    Program program = random_program(random);
    program.offset = 0;
    const double optimum = by_enumeration(program);
    if (std::isinf(optimum)) continue;
    for (Column& column : program.columns) column.cost = std::ldexp(column.cost, 90);
    const double target = std::ldexp(optimum - 1e-6, 90);
    EXPECT_EQ(prove(program, target, {}).bound, target);
  }
}

// CLP's assertions would end the process.
TEST(Proof, HugeNumbersAreSurvived) {
  Program program;
  const int x = program.add_column({"x", 0, 1, 1e25, false});
  const int y = program.add_column({"y", 0, 1, 1, false});
  program.add_row("row", {0, {{x, 1e25}, {y, 3}}}, 1, kInfinity);
  EXPECT_LE(prove(program, kInfinity, {}).bound, 1.0 / 3 + 1e-9);
}

}  // namespace
}  // namespace brink
