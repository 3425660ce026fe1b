#include "brink/search/tightening.h"

#include <gtest/gtest.h>

#include "asked.h"
#include "brink/search/relaxation.h"
#include "random_node.h"

namespace brink::search {
namespace {

// A point that fools the network stays within the bounds, of a root as of a node with phases of
// its own.
TEST(Tightening, LosesNoPointThatMeetsTheRows) {
  Random random(78);
  int tried = 0;
  std::int64_t by_interval = 0, by_programs = 0, by_trees = 0;  // neurons left unstable
  for (int round = 0; round < 1500; ++round) {
    const Norm norm = kNorms.at(static_cast<std::size_t>(round % 4));
    const RandomNode asked(norm, random);
    if (asked.problem->slack(asked.point) < 0) continue;
    ++tried;
    Statistics statistics;
    PointPool pool;
    const Intervals root = ball_bounds(*asked.problem, *asked.ball);
    Relaxation relaxation(*asked.problem, root);
    const auto node =
        tighten_node(*asked.problem, relaxation, *asked.ball, pool, asked.node, {}, statistics);
    ASSERT_TRUE(node.has_value()) << round;
    expect_within(asked, asked.point, *node, round);
    const auto closer = tighten_by_trees(*asked.problem, *asked.ball, {&pool}, asked.node,
                                         1 + random.index(12), {}, statistics);
    ASSERT_TRUE(closer.has_value()) << round;
    expect_within(asked, asked.point, *closer, round);
    by_interval += asked.node.unstable_count();
    by_programs += node->unstable_count();
    by_trees += closer->unstable_count();
  }
  EXPECT_GT(tried, 200);
  EXPECT_LT(by_programs, by_interval * 9 / 10);
  EXPECT_LT(by_trees, by_programs * 19 / 20);
}

// Of one ball for all problems around an image: of a larger one anew, of a point (a first search of
// L0) from the beginning.
TEST(Tightening, BoundsOverABallAreSharedAsLongAsTheyHold) {
  Random random(80);
  for (int round = 0; round < 100; ++round) {
    const RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    const double whole = asked.ball->radius();
    Ball ball = *asked.ball;
    BallBounds shared;
    Statistics statistics;
    const bool counts = asked.ball->norm() == Norm::l0;
    for (const double share : {counts ? 0.0 : 0.01, 0.5, 0.49, 1.0, 0.1}) {
      ball.set_radius(share * whole);
      const Intervals& bounds = shared.over(*asked.problem, ball, {}, statistics);
      ASSERT_EQ(static_cast<int>(bounds.lower.size()), asked.problem->neurons());
      Eigen::VectorXd direction(asked.network.input_size()), change;
      for (double& each : direction) each = random.normal();
      ball.support(direction, &change);
      const auto y = pre_activations(asked.network, asked.problem->image_with(change));
      for (int k = 1; k <= asked.problem->hidden_layers(); ++k) {
        for (int j = 0; j < static_cast<int>(asked.network.width(k)); ++j) {
          const auto id = static_cast<std::size_t>(asked.problem->neuron(k, j));
          const double value = y[static_cast<std::size_t>(k - 1)](j);
          EXPECT_GE(value, bounds.lower[id] - 1e-12) << round << ' ' << share;
          EXPECT_LE(value, bounds.upper[id] + 1e-12) << round << ' ' << share;
        }
      }
    }
    EXPECT_LE(statistics.effort, 4 * asked.problem->effort_of_passes(2 * asked.problem->neurons()));
    EXPECT_GT(statistics.effort, 0);
  }
}

// Once a ball has had small trees, a larger one is shallow until it has had some as large.
TEST(Tightening, ALargerBallIsShallowUntilItIsDeepened) {
  Random random(84);
  const RandomNode asked(Norm::linf, random);
  Ball ball = *asked.ball;
  const double whole = ball.radius();
  BallBounds shared;
  Statistics statistics;
  ball.set_radius(0.5 * whole);
  EXPECT_FALSE(shared.shallow(ball));
  shared.over(*asked.problem, ball, {}, statistics);
  EXPECT_FALSE(shared.shallow(ball));
  shared.deepen(*asked.problem, ball, 1, {}, statistics);
  shared.deepen(*asked.problem, ball, 1, {}, statistics);
  EXPECT_FALSE(shared.shallow(ball));
  ball.set_radius(0.25 * whole);
  EXPECT_FALSE(shared.shallow(ball));
  ball.set_radius(whole);
  EXPECT_TRUE(shared.shallow(ball));
  shared.over(*asked.problem, ball, {}, statistics);
  EXPECT_TRUE(shared.shallow(ball));
  shared.deepen(*asked.problem, ball, 1, {}, statistics);
  EXPECT_FALSE(shared.shallow(ball));
}

// Nothing in the ball meets rows that ask for more than any output.
TEST(Tightening, FindsARootEmpty) {
  Random random(79);
  for (int round = 0; round < 40; ++round) {
    RandomNode asked(Norm::linf, random);
    asked.region.rows.front().rhs = 1e3;
    const Problem problem(*asked.problem, asked.region);
    Statistics statistics;
    PointPool pool;
    Relaxation relaxation(problem, asked.node);
    EXPECT_FALSE(tighten_node(problem, relaxation, *asked.ball, pool, asked.node, {}, statistics));
    EXPECT_FALSE(tighten_by_trees(problem, *asked.ball, {&pool}, asked.node, 4, {}, statistics));
  }
}

}  // namespace
}  // namespace brink::search
