#include "brink/ask/weights.h"

#include <gtest/gtest.h>

#include "ask/asked.h"
#include "brink/base/random.h"
#include "brink/bounds/bounds.h"
#include "brink/formulate/formulate.h"
#include "brink/solve/solver.h"

namespace brink {
namespace {

struct Weighed : testing::Asked {
  Weighed(std::uint64_t seed, Norm norm) : Asked(seed, norm, 1.5) {}
};

TEST(Weights, OfOneChangeNothing) {
  for (const Norm norm : kAllNorms) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      Weighed asked(seed, norm);
      const ClosestAnswer plain = asked.search();
      asked.question.weights = Eigen::VectorXd::Ones(4);
      const ClosestAnswer weighted = asked.search();
      EXPECT_EQ(plain.status, weighted.status);
      if (!plain.distance) continue;
      EXPECT_NEAR(*plain.distance, *weighted.distance, 1e-9);
      EXPECT_TRUE(weighted.verified);
    }
  }
}

TEST(Weights, TheSameOfEveryInputScalesTheDistance) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Weighed asked(seed, Norm::l1);
    const ClosestAnswer plain = asked.search();
    asked.question.weights = Eigen::VectorXd::Constant(4, 3.7);
    const ClosestAnswer weighted = asked.search();
    if (!plain.distance) continue;
    EXPECT_NEAR(3.7 * *plain.distance, *weighted.distance, 1e-5 * *weighted.distance);
  }
}

/// Nothing on a fine grid is nearer than the bound, and both engines agree.
TEST(Weights, AGridHasNothingNearer) {
  constexpr int kSteps = 20;
  int found = 0;
  for (const Norm norm : {Norm::l1, Norm::l2, Norm::linf}) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      Weighed asked(seed, norm);
      asked.question.weights = Eigen::Vector4d(0.3, 1, 5, 1.7);
      asked.question.frozen = {1};
      const ClosestAnswer answer = asked.search();
      ASSERT_NE(answer.status, AnswerStatus::error) << answer.note;
      double nearest = kInfinity;
      for (int i = 0; i < kSteps * kSteps * kSteps; ++i) {
        Eigen::VectorXd x = asked.image;
        x(0) = (i % kSteps) / (kSteps - 1.0);
        x(2) = (i / kSteps % kSteps) / (kSteps - 1.0);
        const int last = i / kSteps / kSteps;
        x(3) = last / (kSteps - 1.0);
        if (classify(asked.network, x) == asked.label) continue;
        nearest = std::min(nearest, weighted_distance(asked.question, x, asked.image));
      }
      EXPECT_LE(answer.bound, nearest);
      EXPECT_TRUE(answer.status != AnswerStatus::infeasible || nearest == kInfinity);
      if (!answer.distance) continue;
      ++found;
      EXPECT_TRUE(answer.verified && answer.float32);
      EXPECT_EQ(answer.image(1), asked.image(1));
      EXPECT_NE(classify(asked.network, answer.image), asked.label);
      EXPECT_EQ(*answer.distance, weighted_distance(asked.question, answer.image, asked.image));
      if (norm == Norm::l2) continue;
      const Bounds bounds = symbolic_bounds(asked.network, asked.question.box);
      const ClosestAnswer mip =
          closest_by_mip(asked.network, bounds, asked.question, asked.image, asked.label, {})
              .value();
      ASSERT_TRUE(mip.distance) << mip.note;
      EXPECT_NEAR(*mip.distance, *answer.distance, 1e-5 * std::max(1.0, *mip.distance));
    }
  }
  EXPECT_GT(found, 5);
}

/// The least cost of a set of inputs that, when free, let a fine grid be taken for another class:
/// above the optimum where only a point between the grid's does it.
double cheapest_on_grid(const Weighed& asked) {
  constexpr int kSteps = 8;
  double cheapest = kInfinity;
  for (int i = 0; i < kSteps * kSteps * kSteps * kSteps; ++i) {
    Eigen::VectorXd x = asked.image;
    for (int j = 0, rest = i; j < 4; ++j, rest /= kSteps) {
      if (rest % kSteps > 0) x(j) = (rest % kSteps - 1) / (kSteps - 2.0);
    }
    if (classify(asked.network, x) == asked.label) continue;
    cheapest = std::min(cheapest, weighted_distance(asked.question, x, asked.image));
  }
  return cheapest;
}

TEST(Weights, InL0AreCosts) {
  const std::vector<Eigen::VectorXd> costs = {
      Eigen::Vector4d(0.5, 2, 0.75, 10), Eigen::Vector4d(1, 2, 3, 4),
      Eigen::Vector4d(1 / 3.0, std::sqrt(2), 1e-3, 0.7), Eigen::Vector4d(1e-6, 1, 1, 1)};
  int found = 0, other_than_fewest = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Weighed asked(seed, Norm::l0);
    const ClosestAnswer fewest = asked.search();
    for (const Eigen::VectorXd& weights : costs) {
      asked.question.weights = weights;
      const ClosestAnswer answer = asked.search();
      const double grid = cheapest_on_grid(asked);
      EXPECT_LE(answer.bound, grid);
      EXPECT_TRUE(answer.status != AnswerStatus::infeasible || grid == kInfinity);
      if (!answer.distance) continue;
      ++found;
      EXPECT_EQ(answer.status, AnswerStatus::optimal) << answer.note;
      EXPECT_TRUE(answer.verified && answer.float32);
      EXPECT_EQ(*answer.distance, weighted_distance(asked.question, answer.image, asked.image));
      // Never dearer than what the grid found, nor than the fewest changes.
      EXPECT_LE(*answer.distance, grid * (1 + 1e-6));
      ASSERT_TRUE(fewest.distance);
      const double of_fewest = weighted_distance(asked.question, fewest.image, asked.image);
      EXPECT_LE(*answer.distance, of_fewest * (1 + 1e-6));
      other_than_fewest += *answer.distance < 0.99 * of_fewest ? 1 : 0;
      if (seed > 6) continue;
      const Bounds bounds = symbolic_bounds(asked.network, asked.question.box);
      const ClosestAnswer mip =
          closest_by_mip(asked.network, bounds, asked.question, asked.image, asked.label, {})
              .value();
      ASSERT_TRUE(mip.distance) << mip.note;
      EXPECT_NEAR(*mip.distance, *answer.distance, 1e-6 * *answer.distance);
    }
  }
  EXPECT_GT(found, 20);
  EXPECT_GT(other_than_fewest, 3);
}

TEST(Weights, ModelsWithThemHaveTheSameOptimum) {
  int compared = 0;
  for (const Norm norm : {Norm::l0, Norm::l1, Norm::linf}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Weighed asked(seed, norm);
      asked.question.weights = Eigen::Vector4d(0.5, 2, 0.75, 4);
      asked.question.lead = 0;
      asked.question.target = {TargetRule::Kind::shift, 1};
      const ClosestAnswer answer = asked.search();
      if (answer.status != AnswerStatus::optimal) continue;
      const Bounds bounds = symbolic_bounds(asked.network, asked.question.box);
      const auto region = output_regions(asked.question, asked.network, asked.label).front();
      for (const DistanceForm form : {DistanceForm::tight, DistanceForm::papers}) {
        const ClosestModel model = closest_model(asked.network, bounds, asked.question, region,
                                                 asked.image, {}, {form, nullptr});
        const auto solver = make_solver("cbc");
        ASSERT_TRUE(solver);
        const auto solved = (*solver)->solve(model.program, {});
        ASSERT_TRUE(solved && solved->status == SolveStatus::optimal);
        EXPECT_NEAR(solved->objective, *answer.distance, 1e-5 * std::max(1.0, *answer.distance));
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 10);
}

TEST(Weights, WhatIsRefused) {
  Weighed asked(1, Norm::l1);
  asked.question.weights = Eigen::VectorXd::Ones(4);
  EXPECT_TRUE(asked.question.check(asked.network));
  asked.question.weights(2) = 1e-8;
  EXPECT_TRUE(asked.question.check(asked.network));
  asked.question.norm = Norm::l0;
  EXPECT_FALSE(asked.question.check(asked.network));
  asked.question.weights(2) = 0;
  EXPECT_FALSE(asked.question.check(asked.network));
  asked.question.weights = Eigen::VectorXd::Ones(3);
  EXPECT_FALSE(asked.question.check(asked.network));
}

}  // namespace
}  // namespace brink
