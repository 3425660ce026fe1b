#include "brink/pattern/pattern.h"

#include <gtest/gtest.h>

#include "random_network.h"

namespace brink {
namespace {

TEST(Pattern, ThePolytopeSaysWhatTheForwardPassSays) {
  Random random(3);
  for (int round = 0; round < 50; ++round) {
    const Network network = testing::random_network({4, 5, 3, 3}, random);
    OutputRegion region{1, false, {{Eigen::Vector3d(-1.2, 1, 0), 0.1}}};
    const Eigen::VectorXd x = testing::random_point(4, random);
    const PatternPolytope polytope = pattern_polytope(network, phases_at(network, x), region);
    ASSERT_EQ(polytope.phase_rows, 8);
    ASSERT_EQ(polytope.rhs.size(), 9);
    const Eigen::VectorXd slack = polytope.rows * x - polytope.rhs;
    EXPECT_GE(slack.head(8).minCoeff(), -1e-12);  // x has its own phases
    const Eigen::VectorXd y = logits(network, x);
    EXPECT_NEAR(slack(8), y(1) - 1.2 * y(0) - 0.1, 1e-12);
  }
}

TEST(Pattern, AnotherPatternExcludesThePoint) {
  Random random(4);
  const Network network = testing::random_network({4, 5, 3, 3}, random);
  const Eigen::VectorXd x = testing::random_point(4, random);
  Phases phases = phases_at(network, x);
  phases[0][2] = !phases[0][2];
  const PatternPolytope polytope = pattern_polytope(network, phases, {});
  EXPECT_LT((polytope.rows * x - polytope.rhs).head(5).minCoeff(), 0);
}

}  // namespace
}  // namespace brink
