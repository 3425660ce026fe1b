#include "brink/experiment/asking.h"

#include <gtest/gtest.h>

#include "brink/experiment/hardening.h"
#include "closest_row.h"
#include "random_network.h"

namespace brink {
namespace {

using testing::row;

TEST(Compare, MisclassifiedCountsAtZeroAndApart) {
  const std::vector<ClosestRow> before = {row(0, AnswerStatus::optimal, 2),
                                          row(1, AnswerStatus::time_limit, 4)};
  const std::vector<ClosestRow> after = {row(1, AnswerStatus::misclassified, {}),
                                         row(0, AnswerStatus::time_limit, 3)};
  const DistanceChange change = compare(before, after);
  EXPECT_EQ(change.images, 2);
  EXPECT_EQ(change.wrong_after, 1);
  EXPECT_EQ(change.unproven_before, 1);
  EXPECT_EQ(change.unproven_after, 1);
  EXPECT_DOUBLE_EQ(change.before, 3);
  EXPECT_DOUBLE_EQ(change.after, 1.5);
  EXPECT_EQ(change.right_for_both, 1);
  EXPECT_DOUBLE_EQ(change.before_both, 2);
  EXPECT_DOUBLE_EQ(change.after_both, 3);
  EXPECT_EQ(change.left_out, 0);
}

TEST(Compare, AnImageThatNothingFoolsIsLeftOut) {
  const DistanceChange change =
      compare({row(0, AnswerStatus::optimal, 2), row(1, AnswerStatus::optimal, 4)},
              {row(0, AnswerStatus::infeasible, {}), row(1, AnswerStatus::optimal, 5)});
  EXPECT_EQ(change.images, 1);
  EXPECT_EQ(change.left_out, 1);
  EXPECT_DOUBLE_EQ(change.before, 4);
  EXPECT_DOUBLE_EQ(change.after, 5);
}

TEST(ClosestQuestionText, DecidesByEverythingThatDecidesAnswers) {
  Random random(1);
  const Network network = testing::random_network({4, 3, 3}, random);
  ClosestQuestion question = papers_question();
  question.box = Box::uniform(4, 0, 1);
  Engine engine;
  engine.box_text = "0:1";
  Dataset set;
  set.rows = set.columns = 2;
  set.pixels = std::vector<std::uint8_t>{1, 2, 3, 4};
  set.labels = {1};
  const auto text = [&] {
    return closest_question(network, question, engine, NamedImages(set, "d", "test")).text;
  };
  const std::string first = text();
  engine.time_limit = 7;
  EXPECT_NE(text(), first);
  engine.time_limit = 300;
  engine.seed = 1;
  EXPECT_NE(text(), first);
  engine.seed = 0;
  engine.bounds = "exact";  // of the MIP engine: the search has none
  EXPECT_EQ(text(), first);
  engine.search = false;
  EXPECT_NE(text(), first);
  engine.search = true;
  question.box = Box::uniform(4, 0, 0.5);
  EXPECT_NE(text(), first);
  question.box = Box::uniform(4, 0, 1);
  EXPECT_EQ(text(), first);
  std::get<std::vector<std::uint8_t>>(set.pixels)[3] = 5;  // another data set of the same name
  EXPECT_NE(text(), first);
}

}  // namespace
}  // namespace brink
