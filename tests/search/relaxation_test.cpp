#include "brink/search/relaxation.h"

#include <gtest/gtest.h>

#include "asked.h"
#include "random_node.h"

namespace brink::search {
namespace {

/// x^1 = max(0, 1 + p), y = x^1, a pixel p in [0, 1] at 0.5; the row asks for y >= rhs.
struct OneNeuron {
  explicit OneNeuron(double rhs) {
    network.layers = {{Eigen::MatrixXd{{1.0}}, Eigen::VectorXd{{1.0}}},
                      {Eigen::MatrixXd{{1.0}}, Eigen::VectorXd{{0.0}}}};
    OutputRegion region;
    region.rows.push_back({Eigen::VectorXd{{1.0}}, rhs});
    problem.emplace(network, Eigen::VectorXd{{0.5}}, Box::uniform(1, 0, 1), region);
  }
  Network network;
  std::optional<Problem> problem;
};

NodeBound margin_within(const OneNeuron& asked, double lower, double upper) {
  const Ball ball(Norm::linf, asked.problem->image(), asked.problem->reach(), 1e300);
  PointPool pool;
  Intervals bounds;
  bounds.lower = {lower};
  bounds.upper = {upper};
  Relaxation relaxation(*asked.problem, bounds);
  return relaxation.minimise(bounds, {}, ball, pool, 0, 20, {});
}

TEST(Relaxation, BallBoundsTheMargin) {
  const OneNeuron asked(2.5);
  const NodeBound bound = margin_within(asked, 1, 2);  // what the ball says anyway
  EXPECT_NEAR(bound.value.value(), 0.5, 1e-6);
  EXPECT_LE(*bound.value, 0.5);
}

// A side of the first layer that was tightened says more than the ball: moving the multiplier from
// the column to the ball lost it, and such nodes were never pruned.
TEST(Relaxation, TightenedSideOfTheFirstLayerCounts) {
  const OneNeuron asked(1.5);
  const NodeBound bound = margin_within(asked, 1, 1.2);
  EXPECT_TRUE(bound.exceeds(0));
  EXPECT_NEAR(bound.value.value(), 0.3, 1e-6);
  EXPECT_LE(*bound.value, 0.3);
}

// However early the program is left, so whatever its multipliers: they hold for every point.
TEST(Relaxation, NoPointOfANodeDoesBetterThanItsBound) {
  Random random(77);
  int informative = 0;
  for (int round = 0; round < 2000; ++round) {
    const Norm norm = kNorms.at(static_cast<std::size_t>(round % 4));
    const RandomNode asked(norm, random);
    PointPool pool;
    const Intervals root = ball_bounds(*asked.problem, *asked.ball);
    Relaxation relaxation(*asked.problem, random.uniform() < 0.5 ? root : asked.node);
    const double slack = asked.problem->slack(asked.point);
    for (const int rounds : {1, 3, 20}) {
      const Intervals& loose = random.uniform() < 0.3 ? root : asked.node;
      const double enough = random.uniform() < 0.5 ? 1e300 : -slack - random.uniform();
      Objective objective;
      objective.sharp = random.uniform() < 0.3;
      const NodeBound margin =
          relaxation.minimise(loose, objective, *asked.ball, pool, enough, rounds, {});
      ASSERT_FALSE(margin.empty()) << round;
      EXPECT_LE(*margin.value, -slack + 1e-12) << round;
      informative += *margin.value > -slack - 0.1 ? 1 : 0;
      if (slack < 0) continue;
      const int neuron = random.index(asked.problem->neurons());
      const Intervals& loaded = asked.node;
      if (loaded.upper[static_cast<std::size_t>(neuron)] <= 0) continue;
      const double sign = random.uniform() < 0.5 ? 1 : -1;
      const NodeBound side =
          relaxation.minimise(loaded, {neuron, sign}, *asked.ball, pool, enough, rounds, {});
      ASSERT_FALSE(side.empty()) << round;
      const double value = asked.pre_activation(neuron);
      EXPECT_LE(*side.value, sign * value + 1e-12) << round;
    }
  }
  EXPECT_GT(informative, 200);
}

}  // namespace
}  // namespace brink::search
