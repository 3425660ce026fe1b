#include "brink/search/slope_trees.h"

#include <gtest/gtest.h>

#include "asked.h"
#include "brink/search/ball_substitution.h"
#include "brink/search/tightening.h"
#include "random_node.h"

namespace brink::search {
namespace {

void expect_around(const RandomNode& asked, const Ball& ball, const Intervals& bounds,
                   Random& random, int round) {
  for (int tries = 0; tries < 10; ++tries) {
    Eigen::VectorXd direction(asked.network.input_size()), change;
    for (double& each : direction) each = random.normal();
    ball.support(direction, &change);
    expect_within(asked, asked.problem->image_with(change), bounds, round);
  }
}

// The ball's points stay, whether they meet the rows or not; more expansions tighten more, on any
// number of threads.
TEST(SlopeTrees, LoseNoPointOfTheBall) {
  Random random(81);
  double walked_width = 0, few_width = 0, many_width = 0;
  for (int round = 0; round < 200; ++round) {
    const RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    const Ball& ball = *asked.ball;
    const Intervals walked = BallSubstitution(*asked.problem, ball, true, {}).intervals();
    const auto few = tighten_by_slope_trees(*asked.problem, ball, walked, 1, 1, {});
    const auto many = tighten_by_slope_trees(*asked.problem, ball, few.bounds, 32, 3, {});
    expect_around(asked, ball, few.bounds, random, round);
    expect_around(asked, ball, many.bounds, random, round);
    for (std::size_t i = 0; i < walked.lower.size(); ++i) {
      EXPECT_LE(few.bounds.upper[i], walked.upper[i]);
      EXPECT_GE(many.bounds.lower[i], few.bounds.lower[i]);
      walked_width += walked.upper[i] - walked.lower[i];
      few_width += few.bounds.upper[i] - few.bounds.lower[i];
      many_width += many.bounds.upper[i] - many.bounds.lower[i];
    }
  }
  EXPECT_LT(few_width, 0.97 * walked_width);
  EXPECT_LT(many_width, 0.995 * few_width);
}

// A deadline that has come leaves them as they are.
TEST(SlopeTrees, StopInTime) {
  Random random(82);
  const RandomNode asked(Norm::linf, random);
  const Intervals known = ball_bounds(*asked.problem, *asked.ball);
  const auto result =
      tighten_by_slope_trees(*asked.problem, *asked.ball, known, 1000, 1, Deadline::after(0));
  EXPECT_EQ(result.bounds.lower, known.lower);
  EXPECT_EQ(result.bounds.upper, known.upper);
}

}  // namespace
}  // namespace brink::search
