#include "brink/ask/closest_summary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "closest_row.h"

namespace brink {
namespace {

using testing::row;

TEST(ClosestSummary, MeansAreOverTheImagesSearched) {
  const ClosestSummary s =
      summarise({row(0, AnswerStatus::optimal, 2, 1), row(1, AnswerStatus::time_limit, 4, 5),
                 row(2, AnswerStatus::misclassified, {}), row(3, AnswerStatus::infeasible, {}, 3)});
  EXPECT_EQ(s.searched, 3);
  EXPECT_EQ(s.solved, 2);
  EXPECT_EQ(s.timed_out, 1);
  EXPECT_EQ(s.wrong, 1);
  EXPECT_DOUBLE_EQ(s.distance, 3);
  EXPECT_DOUBLE_EQ(s.deviation, std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(s.seconds, 3);
  EXPECT_DOUBLE_EQ(s.median, 3);
  EXPECT_DOUBLE_EQ(s.longest, 5);
}

TEST(ClosestSummary, CountsNoImageAsAGapOfOne) {
  ClosestRow found;
  found.answer.status = AnswerStatus::optimal;
  found.answer.distance = 2;
  found.answer.bound = 2;
  found.answer.nodes = 10;
  found.answer.seconds = 1;
  ClosestRow none;
  none.answer.status = AnswerStatus::time_limit;
  none.answer.seconds = 3;
  ClosestRow wrong;
  wrong.answer.status = AnswerStatus::misclassified;
  EXPECT_EQ(one_line(summarise({found, none, wrong})),
            "2 images: solved 50.0 %, mean gap 50.00 %, mean nodes 5.0, seconds mean 2.00 max "
            "3.00, mean distance 2; 1 misclassified");
}

TEST(ClosestSummary, WhereNoImageExistsThereIsNoGap) {
  const ClosestRow none = row(0, AnswerStatus::infeasible, {});
  const ClosestSummary s = summarise({none, none});
  EXPECT_EQ(s.solved, 2);
  EXPECT_FALSE(s.gap);
  EXPECT_NE(one_line(s).find("solved 100.0 %, mean gap none, "), std::string::npos) << one_line(s);
  ClosestRow half = row(1, AnswerStatus::time_limit, 4);  // its bound is half its distance
  EXPECT_EQ(summarise({none, half, none}).gap, 0.5);
  EXPECT_EQ(summarise({none, half, row(2, AnswerStatus::error, {})}).gap, 0.75);
}

TEST(ClosestSummary, AnErrorCountsAsAnImageWithoutResult) {
  const ClosestSummary s =
      summarise({row(0, AnswerStatus::optimal, 2), row(1, AnswerStatus::error, {})});
  EXPECT_EQ(s.searched, 2);
  EXPECT_EQ(s.solved, 1);
  EXPECT_EQ(s.errors, 1);
  EXPECT_NE(one_line(s).find("solved 50.0 %"), std::string::npos);
  EXPECT_NE(one_line(s).find("; 1 errors"), std::string::npos);
}

TEST(ClosestSummary, AnEmptyShardSolvesNoShareOfNothing) {
  EXPECT_EQ(one_line(summarise({})), "no image falls to this shard");
}

}  // namespace
}  // namespace brink
