#include "brink/search/dual_simplex.h"

#include <gtest/gtest.h>

#include "brink/base/random.h"
#include "brink/solve/lp.h"

namespace brink::search {
namespace {

/// The same program held twice: for the dense simplex and for CLP.
class Twin {
 public:
  Twin(int columns, int rows, Random& random) : simplex_(columns, 4, rows + 1), random_(random) {
    for (int j = 0; j < columns; ++j) {
      program_.add_column(
          {fmt::format("v{}", j), -1, random.uniform(0, 2), random.normal(), false});
      mirror_column(j);
    }
    for (int i = 0; i < rows; ++i) add_row();
  }

  void add_row() {
    std::vector<double> a(program_.columns.size());
    LinearExpression row;
    double inside = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
      if (random_.uniform() < 0.3) continue;
      a[j] = random_.normal();
      row.terms.push_back({static_cast<int>(j), a[j]});
      inside += a[j] * random_.uniform(-1, 1);
    }
    const double room = random_.uniform() < 0.3 ? 0 : random_.uniform(0, 2);
    simplex_.add_row(a, inside, 0, room);
    program_.add_row(fmt::format("r{}", program_.rows.size()), row, inside - room, inside);
    if (row.terms.empty()) program_.rows.push_back({"", {}, inside - room, inside});
  }

  void change() {
    const int j = random_.index(static_cast<int>(program_.columns.size()));
    Column& column = program_.columns[static_cast<std::size_t>(j)];
    switch (random_.index(3)) {
      case 0:
        column.cost = random_.normal();
        break;
      case 1:
        column.upper = column.lower + random_.uniform(0, 2);
        break;
      default: {
        const int i = random_.index(static_cast<int>(program_.rows.size()));
        Row& row = program_.rows[static_cast<std::size_t>(i)];
        std::vector<double> a(program_.columns.size());
        for (Term& term : row.terms) {
          if (random_.uniform() < 0.5) term.coefficient = random_.normal();
          a[static_cast<std::size_t>(term.column)] = term.coefficient;
        }
        simplex_.overwrite_row(i, a, row.upper);
      }
    }
    mirror_column(j);
  }

  void compare(int round) {
    const DualSimplex::Status status = simplex_.solve();
    LpSolver clp(program_);
    const LpSolution solution = clp.solve();
    if (solution.status == SolveStatus::infeasible) {
      EXPECT_EQ(status, DualSimplex::Status::infeasible) << round;
      return;
    }
    ASSERT_EQ(solution.status, SolveStatus::optimal);
    ASSERT_EQ(status, DualSimplex::Status::optimal) << round;
    EXPECT_NEAR(simplex_.objective(), solution.objective, 1e-6 * (1 + std::abs(solution.objective)))
        << round;
    EXPECT_NEAR(clp.safe_bound(simplex_.multipliers()), solution.objective,
                1e-5 * (1 + std::abs(solution.objective)))
        << round;  // the multipliers prove it
  }

  /// Stops where the multipliers prove the cutoff, no later than at the optimum; true: it did.
  bool cut_off() {
    LpSolver clp(program_);
    const LpSolution solution = clp.solve();
    const bool feasible = solution.status == SolveStatus::optimal;
    const double best = feasible ? solution.objective : 0;
    const double cutoff = best - (feasible ? 0.1 * (1 + std::abs(best)) : 0);
    const DualSimplex::Status status = simplex_.solve(cutoff);
    if (status != DualSimplex::Status::cutoff) {
      EXPECT_EQ(status, feasible ? DualSimplex::Status::optimal : DualSimplex::Status::infeasible);
      return false;
    }
    EXPECT_GT(simplex_.objective(), cutoff);
    if (feasible) {
      EXPECT_LT(simplex_.objective(), best + 1e-6);
    }
    EXPECT_GT(clp.safe_bound(simplex_.multipliers()), cutoff - 1e-6 * (1 + std::abs(cutoff)));
    return true;
  }

  int infeasible_count() {
    return LpSolver(program_).solve().status == SolveStatus::infeasible ? 1 : 0;
  }

 private:
  void mirror_column(int j) {
    const Column& column = program_.columns[static_cast<std::size_t>(j)];
    simplex_.set_column(j, column.lower, column.upper);
    simplex_.set_cost(j, column.cost);
  }

  Program program_;
  DualSimplex simplex_;
  Random& random_;
};

TEST(DualSimplex, EqualsClpThroughChanges) {
  Random random(31);
  int infeasible = 0;
  for (int round = 0; round < 60; ++round) {
    Twin twin(3 + random.index(25), 1 + random.index(15), random);
    for (int change = 0; change < 8; ++change) {
      twin.compare(100 * round + change);
      infeasible += twin.infeasible_count();
      twin.change();
      if (change == 4) twin.add_row();
    }
  }
  EXPECT_GT(infeasible, 5);  // both endings were met
}

TEST(DualSimplex, StopsAtACutoffAndGoesOn) {
  Random random(32);
  int stopped = 0;
  for (int round = 0; round < 60; ++round) {
    Twin twin(3 + random.index(25), 1 + random.index(15), random);
    for (int change = 0; change < 8; ++change) {
      stopped += twin.cut_off() ? 1 : 0;
      twin.compare(100 * round + change);
      twin.change();
    }
  }
  EXPECT_GT(stopped, 40);
}

TEST(DualSimplex, AnAddedColumnEnters) {
  DualSimplex simplex(1, 2, 1);
  simplex.set_column(0, 0, 1);
  simplex.set_cost(0, 1);
  simplex.add_row({1}, 1, 0, 0);  // v = 1
  EXPECT_EQ(simplex.solve(), DualSimplex::Status::optimal);
  EXPECT_NEAR(simplex.objective(), 1, 1e-12);
  const int added = simplex.add_column({2}, 0, 1);  // v + 2 u = 1, u free of charge
  EXPECT_EQ(simplex.solve(), DualSimplex::Status::optimal);
  EXPECT_NEAR(simplex.objective(), 0, 1e-12);
  EXPECT_NEAR(simplex.value(added), 0.5, 1e-12);
}

// Two columns that take the place of others between two solves must not take each other's.
TEST(DualSimplex, AnOverwrittenColumnHasNoOldCost) {
  DualSimplex simplex(2, 1, 1);
  for (int j = 0; j < 2; ++j) simplex.set_column(j, 0, 1);
  simplex.set_cost(0, 5);
  simplex.set_cost(1, 3);
  simplex.add_row({1, 1}, 1, 0, 1);
  ASSERT_EQ(simplex.solve(), DualSimplex::Status::optimal);
  EXPECT_GT(simplex.reduced_cost(0), simplex.reduced_cost(1));
  simplex.overwrite_column(0, {2});
  EXPECT_LT(simplex.reduced_cost(0), simplex.reduced_cost(1));
  EXPECT_EQ(simplex.solve(), DualSimplex::Status::optimal);
  EXPECT_NEAR(simplex.objective(), 0, 1e-12);
  EXPECT_FALSE(simplex.full());
  simplex.add_column({1}, 0, 1);
  EXPECT_TRUE(simplex.full());
}

TEST(DualSimplex, ASlackMayCost) {
  DualSimplex simplex(2, 0, 2);
  simplex.set_column(0, 0, 4);
  simplex.set_column(1, 0, 4);
  simplex.set_cost(1, 1);
  simplex.add_row({1, 1}, 3, 0, 0);   // v + u = 3
  simplex.add_row({1, -1}, 2, 0, 9);  // v - u <= 2, its slack w costs 2: v 2.5, u 0.5
  simplex.set_cost(simplex.slack(1), 2);
  EXPECT_EQ(simplex.solve(), DualSimplex::Status::optimal);
  EXPECT_NEAR(simplex.objective(), 0.5, 1e-9);
  EXPECT_NEAR(simplex.value(0), 2.5, 1e-9);
  simplex.set_cost(simplex.slack(1), -2);  // the largest slack: v 0, u 3, w 5
  EXPECT_EQ(simplex.solve(), DualSimplex::Status::optimal);
  EXPECT_NEAR(simplex.objective(), 3 - 10, 1e-9);
}

}  // namespace
}  // namespace brink::search
