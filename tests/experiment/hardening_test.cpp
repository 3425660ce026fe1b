#include "brink/experiment/hardening.h"

#include <gtest/gtest.h>

#include "closest_row.h"

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

}  // namespace
}  // namespace brink
