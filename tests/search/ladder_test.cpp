#include "brink/search/ladder.h"

#include <gtest/gtest.h>

#include "search/asked.h"

namespace brink::search {
namespace {

/// A ladder for a question whose answer is known, before anything is known to it.
struct Case {
  explicit Case(Norm norm)
      : asked(norm),
        answer(asked.answer(1)),
        whole(norm, asked.image, reach(asked.question, asked.image), 0),
        problem(asked.network, asked.image, reach(asked.question, asked.image), asked.regions[0]),
        incumbent(asked.network, asked.question, asked.image, 0) {
    whole.set_radius(whole.largest_radius());
  }
  Ladder ladder() {
    return {problem, asked.regions[0], whole, incumbent, shared, statistics, 1, nullptr};
  }

  Asked asked;
  ClosestResult answer;
  Ball whole;
  Problem problem;
  Incumbent incumbent;
  BallBounds shared;
  Statistics statistics;
};

class LadderOf : public ::testing::TestWithParam<Norm> {};

TEST_P(LadderOf, RootAloneProvesABallThatIsNotTooLarge) {
  Case question(GetParam());
  ASSERT_TRUE(question.answer.finished);
  for (const bool known : {false, true}) {
    const bool offered =
        known && question.incumbent.offer(question.asked.regions[0], question.answer.image);
    ASSERT_EQ(offered, known);
    Ladder ladder = question.ladder();
    ladder.start_from_root({});
    EXPECT_GT(ladder.bound(), 0) << known;
    EXPECT_LE(ladder.bound(), question.answer.distance + 1e-12) << known;
    EXPECT_EQ(question.statistics.nodes, 0);
  }
}

TEST_P(LadderOf, RungsGoHigherAndNotTooHigh) {
  Case question(GetParam());
  ASSERT_TRUE(question.incumbent.offer(question.asked.regions[0], question.answer.image));
  Ladder ladder = question.ladder();
  ladder.start_from_root({});
  const double root = ladder.bound();
  int raised = 0;
  ladder.on_raise = [&raised] { ++raised; };
  ladder.climb({});
  EXPECT_GT(raised, 0);
  EXPECT_GT(ladder.bound(), root);
  EXPECT_LE(ladder.bound(), question.answer.distance + 1e-12);
}

TEST_P(LadderOf, RootOfAnEmptyRegionExcludesEverything) {
  Case question(GetParam());
  OutputRegion nothing = question.asked.regions[0];
  nothing.rows[0].rhs = 1e6;
  const Problem problem(question.asked.network, question.asked.image,
                        reach(question.asked.question, question.asked.image), nothing);
  Ladder ladder(problem, nothing, question.whole, question.incumbent, question.shared,
                question.statistics, 1, nullptr);
  ladder.start_from_root({});
  EXPECT_TRUE(ladder.closed());
}

INSTANTIATE_TEST_SUITE_P(Norms, LadderOf, ::testing::ValuesIn(kNorms),
                         [](const auto& test) { return std::string(name(test.param)); });

}  // namespace
}  // namespace brink::search
