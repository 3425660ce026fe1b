#include "brink/search/relaxation.h"

#include <gtest/gtest.h>

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
  Statistics statistics;
  PointPool pool;
  Phasing phasing;
  phasing.lower = {lower};
  phasing.upper = {upper};
  Relaxation relaxation(*asked.problem, phasing, statistics);
  return relaxation.minimise({}, ball, pool, 0, 20);
}

TEST(Relaxation, BallBoundsTheMargin) {
  const OneNeuron asked(2.5);
  const NodeBound bound = margin_within(asked, 1, 2);  // what the ball says anyway
  EXPECT_NEAR(bound.value, 0.5, 1e-6);
  EXPECT_LE(bound.value, 0.5);
}

// A side of the first layer that was tightened says more than the ball: moving the multiplier from
// the column to the ball lost it, and such nodes were never pruned.
TEST(Relaxation, TightenedSideOfTheFirstLayerCounts) {
  const OneNeuron asked(1.5);
  const NodeBound bound = margin_within(asked, 1, 1.2);
  EXPECT_TRUE(bound.infeasible || bound.value > 0);
  EXPECT_NEAR(bound.value, 0.3, 1e-6);
  EXPECT_LE(bound.value, 0.3);
}

}  // namespace
}  // namespace brink::search
