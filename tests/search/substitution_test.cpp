#include "brink/search/substitution.h"

#include <gtest/gtest.h>

#include "asked.h"
#include "brink/search/ball_substitution.h"
#include "brink/search/relaxation.h"
#include "random_node.h"

namespace brink::search {
namespace {

TEST(Substitution, NoPointOfANodeDoesBetterThanItsBound) {
  Random random(95);
  int informative = 0;
  for (int round = 0; round < 2000; ++round) {
    const RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    PointPool pool;
    Substitution bounder(*asked.problem);
    const double slack = asked.problem->slack(asked.point);
    const NodeBound margin =
        bounder.minimise(asked.node, {}, *asked.ball, pool, random.normal(), 3, {});
    ASSERT_FALSE(margin.empty()) << round;
    EXPECT_LE(*margin.value, -slack + 1e-12) << round;
    EXPECT_EQ(margin.proof.value, *margin.value) << round;
    EXPECT_GT(margin.effort, 0);
    informative += *margin.value > -slack - 0.2 ? 1 : 0;
    ASSERT_EQ(margin.states.size(), static_cast<std::size_t>(asked.problem->neurons()));
    if (slack < 0) continue;
    const int neuron = random.index(asked.problem->neurons());
    const double sign = random.uniform() < 0.5 ? 1 : -1;
    const NodeBound side =
        bounder.minimise(asked.node, {neuron, sign}, *asked.ball, pool, 1e300, 3, {});
    EXPECT_LE(*side.value, sign * asked.pre_activation(neuron) + 1e-12) << round;
  }
  EXPECT_GT(informative, 200);
}

// The program's multipliers are the best there are: a pass back proves less, but no nonsense.
TEST(Substitution, ProvesLessThanAProgramButSomething) {
  Random random(96);
  double by_program = 0, by_pass = 0;
  for (int round = 0; round < 400; ++round) {
    const RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    PointPool pool;
    const NodeBound pass =
        Substitution(*asked.problem).minimise(asked.node, {}, *asked.ball, pool, 1e300, 9, {});
    Relaxation program(*asked.problem, asked.node);
    const NodeBound best =
        program.minimise(asked.node, {.sharp = true}, *asked.ball, pool, 0.5, 200, {});
    if (best.empty() || *best.value > 0.5) continue;
    EXPECT_LE(*pass.value, *best.value + 0.1 * std::abs(*best.value - 0.5) + 1e-6) << round;
    by_program += *best.value;
    by_pass += *pass.value;
  }
  EXPECT_LT(by_pass, by_program);
  EXPECT_GT(by_pass, by_program - 400);
}

TEST(BallSubstitution, BoundsEveryNeuronOfEveryPoint) {
  Random random(97);
  double width = 0, interval_width = 0;
  for (int round = 0; round < 500; ++round) {
    const RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    const Deadline never;
    const Intervals walked = BallSubstitution(*asked.problem, *asked.ball, true, never).intervals();
    const Intervals box = ball_bounds(*asked.problem, *asked.ball);
    for (int id = 0; id < asked.problem->neurons(); ++id) {
      const auto i = static_cast<std::size_t>(id);
      EXPECT_LE(walked.lower[i], asked.pre_activation(id) + 1e-12) << round;
      EXPECT_GE(walked.upper[i], asked.pre_activation(id) - 1e-12) << round;
      width += walked.upper[i] - walked.lower[i];
      interval_width += box.upper[i] - box.lower[i];
    }
  }
  EXPECT_LT(width, 0.95 * interval_width);
}

}  // namespace
}  // namespace brink::search
