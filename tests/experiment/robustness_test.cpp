#include "brink/experiment/robustness.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

ClosestRow row(AnswerStatus status, std::optional<double> distance, double bound) {
  ClosestRow result;
  result.answer.status = status;
  result.answer.distance = distance;
  result.answer.bound = bound;
  return result;
}

TEST(RobustnessCurve, CountsImagesAtLeastSoFar) {
  const std::vector<ClosestRow> rows = {
      row(AnswerStatus::misclassified, {}, 0), row(AnswerStatus::optimal, 0.2, 0.2),
      row(AnswerStatus::optimal, 0.4, 0.3999999), row(AnswerStatus::infeasible, {}, 0)};
  const auto points = robustness_curve(rows);
  ASSERT_EQ(points.size(), 5U);
  EXPECT_EQ(points[0].radius, 0);
  EXPECT_EQ(points[0].surely, 1);  // nothing is smaller than 0
  EXPECT_EQ(points[1].radius, 0.2);
  EXPECT_EQ(points[1].surely, 0.75);  // no change smaller than 0.2 turns the second
  EXPECT_EQ(points[2].radius, 0.3999999);
  EXPECT_EQ(points[2].surely, 0.5);
  EXPECT_EQ(points[3].radius, 0.4);  // found there, proven only up to the bound
  EXPECT_EQ(points[3].surely, 0.25);
  EXPECT_EQ(points[3].possibly, 0.5);
  EXPECT_EQ(points[4].surely, 0.25);  // the last one never turns
  EXPECT_EQ(points[4].possibly, 0.25);
  EXPECT_EQ(median_radius(rows), 0.3999999);
}

TEST(RobustnessCurve, AStoppedSearchIsABand) {
  const auto points = robustness_curve(
      {row(AnswerStatus::time_limit, 0.5, 0.1), row(AnswerStatus::time_limit, {}, 0.3)});
  for (const CurvePoint& p : points) {
    if (p.radius > 0.1 && p.radius <= 0.3) {
      EXPECT_EQ(p.surely, 0.5);
      EXPECT_EQ(p.possibly, 1);
    }
    if (p.radius > 0.5) {
      EXPECT_EQ(p.surely, 0);
      EXPECT_EQ(p.possibly, 0.5);  // the second has no image: it may be robust for good
    }
  }
}

}  // namespace
}  // namespace brink
