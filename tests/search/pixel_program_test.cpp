// The program of a pattern's moves against CLP, from change to change.
#include "brink/search/pixel_program.h"

#include <gtest/gtest.h>

#include <cmath>

#include "brink/base/random.h"
#include "brink/solve/lp.h"

namespace brink::search {
namespace {

/// The same program held twice.
class Twin {
 public:
  explicit Twin(Random& random)
      : random_(random),
        rows_(2 + random.index(5), 3 + random.index(8)),
        rhs_(rows_.rows()),
        rooms_(rows_.cols()),
        costs_(Eigen::VectorXd::Zero(rows_.cols())),
        open_(static_cast<std::size_t>(rows_.cols()), true),
        program_(filled()) {
    for (Eigen::Index j = 0; j < costs_.size(); ++j) set_cost(j, random.uniform(0.5, 2));
  }

  void change() {
    const Eigen::Index j = random_.index(static_cast<int>(costs_.size()));
    if (random_.uniform() < 0.5) {
      set_cost(j, random_.uniform() < 0.5 ? 0 : random_.uniform(0.5, 2));
    } else {
      const bool open = random_.uniform() < 0.5;
      open_[static_cast<std::size_t>(j)] = open;
      program_.set_open(j, open);
    }
  }

  LpSolution truth() const {
    Program program;
    for (Eigen::Index j = 0; j < costs_.size(); ++j) {
      const double room = open_[static_cast<std::size_t>(j)] ? rooms_(j) : 0;
      program.add_column({"", 0, room, costs_(j), false});
    }
    for (Eigen::Index r = 0; r < rows_.rows(); ++r) {
      Row& row = program.rows.emplace_back();
      row.lower = rhs_(r);
      for (Eigen::Index j = 0; j < costs_.size(); ++j) {
        row.terms.push_back({static_cast<int>(j), rows_(r, j)});
      }
    }
    return LpSolver(program).solve({});
  }

  /// Of its program without the columns that are not open.
  double restricted_bound() const {
    std::vector<Eigen::Index> columns;
    for (Eigen::Index j = 0; j < costs_.size(); ++j) {
      if (open_[static_cast<std::size_t>(j)]) columns.push_back(j);
    }
    PixelProgram fewer = program_.restricted(columns);
    for (Eigen::Index j = 0; j < fewer.columns(); ++j) {
      fewer.set_cost(j, costs_(columns[static_cast<std::size_t>(j)]));
    }
    return fewer.solve(1e9, {}).bound;
  }

  double least_slack(const Eigen::VectorXd& values) const {
    return (rows_ * values - rhs_).minCoeff();
  }
  double cost_of(const Eigen::VectorXd& values) const { return costs_.dot(values); }
  const Eigen::VectorXd& rooms() const { return rooms_; }
  PixelProgram& program() { return program_; }

 private:
  PixelProgram filled() {
    for (double& entry : rows_.reshaped()) {
      entry = random_.uniform() < 0.3 ? 0 : random_.normal();
    }
    for (double& room : rooms_) room = random_.uniform(0.2, 1);
    const double share = random_.uniform(0.1, 0.8);
    for (Eigen::Index r = 0; r < rhs_.size(); ++r) {
      rhs_(r) = share * rows_.row(r).cwiseMax(0.0).dot(rooms_) - 0.3;
    }
    return {rows_, rhs_, rooms_};
  }
  void set_cost(Eigen::Index column, double cost) {
    costs_(column) = cost;
    program_.set_cost(column, cost);
  }

  Random& random_;
  RowMatrix rows_;
  Eigen::VectorXd rhs_, rooms_, costs_;
  std::vector<bool> open_;
  PixelProgram program_;
};

TEST(PixelProgram, EqualsAnotherSimplexFromChangeToChange) {
  Random random(51);
  int solved = 0, empty = 0;
  for (int round = 0; round < 200; ++round) {
    Twin twin(random);
    for (int step = 0; step < 12; ++step, twin.change()) {
      const LpSolution truth = twin.truth();
      const auto answer = twin.program().solve(1e9, {});
      if (truth.status == SolveStatus::infeasible) {
        EXPECT_TRUE(std::isinf(answer.bound) && answer.bound > 0) << round;
        EXPECT_EQ(answer.values.size(), 0);
        EXPECT_EQ(twin.restricted_bound(), answer.bound);
        ++empty;
        continue;
      }
      ASSERT_EQ(truth.status, SolveStatus::optimal);
      EXPECT_LE(answer.bound, truth.objective + 1e-9) << round;
      EXPECT_GE(answer.bound, truth.objective - 1e-6) << round;
      EXPECT_NEAR(twin.restricted_bound(), truth.objective, 1e-6) << round;
      ASSERT_GT(answer.values.size(), 0) << round;
      EXPECT_GE(twin.least_slack(answer.values), -1e-8);
      EXPECT_NEAR(twin.cost_of(answer.values), truth.objective, 1e-6);
      EXPECT_TRUE((answer.values.array() >= 0).all());
      EXPECT_TRUE((answer.values.array() <= twin.rooms().array()).all());
      ++solved;
    }
  }
  EXPECT_GT(solved, 500);
  EXPECT_GT(empty, 300);
}

TEST(PixelProgram, EndsOnceItKnowsEnough) {
  Random random(52);
  for (int round = 0; round < 200; ++round) {
    Twin twin(random);
    const LpSolution truth = twin.truth();
    if (truth.status != SolveStatus::optimal) continue;
    const double enough = truth.objective * random.uniform();
    const auto answer = twin.program().solve(enough, {});
    EXPECT_LE(answer.bound, truth.objective + 1e-9) << round;
    EXPECT_TRUE(answer.bound > enough || answer.values.size() > 0) << round;
    EXPECT_FALSE(twin.program().solve(2 * truth.objective + 1, {}).bound > truth.objective + 1e-9);
  }
}

TEST(PixelProgram, WithoutTimeItSaysNothing) {
  Random random(53);
  for (int round = 0; round < 50; ++round) {
    Twin twin(random);
    const LpSolution truth = twin.truth();
    const auto answer = twin.program().solve(1e9, Deadline::after(0));
    EXPECT_EQ(answer.values.size(), 0);
    if (truth.status != SolveStatus::optimal) continue;
    EXPECT_LE(answer.bound, truth.objective + 1e-9);
  }
}

/// A column moved to where the reduced costs point costs as much more as they say, at least.
TEST(PixelProgram, ReducedCostsHold) {
  Random random(54);
  int told = 0;
  for (int round = 0; round < 200; ++round) {
    Twin twin(random);
    const auto answer = twin.program().solve(1e9, {});
    if (answer.values.size() == 0) continue;
    for (Eigen::Index j = 0; j < answer.reduced.size(); ++j) {
      const double stays = -(answer.reduced(j) + answer.doubts(j)) * twin.rooms()(j);
      if (!(stays > 1e-6)) continue;
      twin.program().set_open(j, false);
      EXPECT_GE(twin.program().solve(1e9, {}).bound, answer.bound + stays - 1e-6) << round;
      twin.program().set_open(j, true);
      ++told;
    }
  }
  EXPECT_GT(told, 20);
}

}  // namespace
}  // namespace brink::search
