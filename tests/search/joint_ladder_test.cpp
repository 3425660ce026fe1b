#include "brink/search/joint_ladder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "search/asked.h"

namespace brink::search {
namespace {

class JointLadderOf : public ::testing::TestWithParam<Norm> {};

TEST_P(JointLadderOf, RaisesTheLeastBoundAndNotTooHigh) {
  Asked asked(GetParam());
  asked.ask_any();
  const ClosestResult answer = asked.answer(1);
  ASSERT_TRUE(answer.finished);
  Ball whole(asked.question.norm, asked.image, reach(asked.question, asked.image), 0);
  whole.set_radius(whole.largest_radius());
  Incumbent incumbent(asked.network, asked.question, asked.image, 0);
  ASSERT_TRUE(incumbent.offer(*answer.region, answer.image));
  std::vector<Problem> problems;
  for (const OutputRegion& region : asked.regions) {
    problems.emplace_back(asked.network, asked.image, reach(asked.question, asked.image), region);
  }
  Statistics statistics;
  BallBounds shared;
  std::vector<Ladder> ladders;
  for (std::size_t r = 0; r < problems.size(); ++r) {
    ladders.emplace_back(problems[r], asked.regions[r], whole, incumbent, shared, statistics, 1,
                         nullptr);
  }
  const auto bound = [&] {
    double least = std::numeric_limits<double>::infinity();
    for (const Ladder& ladder : ladders) least = std::min(least, ladder.bound());
    return least;
  };
  JointLadder joint(ladders, problems.front(), whole, shared, 1, statistics);
  EXPECT_TRUE(std::isinf(joint.expected_effort()));
  joint.climb({}, 1);  // a root each, at most
  const double by_roots = bound();
  EXPECT_LE(by_roots, answer.distance + 1e-12);
  joint.climb({}, 1'000'000'000);
  EXPECT_GE(bound(), by_roots);
  EXPECT_LE(bound(), answer.distance + 1e-12);
  // All effort that it wants takes it next to the nearest image.
  const double least = ladders.front().least_step(answer.distance);
  EXPECT_GE(bound(), answer.distance - 2 * least - 1e-12);
  EXPECT_GE(joint.expected_effort(), 0);
}

INSTANTIATE_TEST_SUITE_P(Norms, JointLadderOf, ::testing::ValuesIn(kNorms),
                         [](const auto& test) { return std::string(name(test.param)); });

}  // namespace
}  // namespace brink::search
