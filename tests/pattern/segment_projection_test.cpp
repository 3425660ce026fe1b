#include "brink/pattern/segment_projection.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "brink/pattern/projection.h"
#include "brink/solve/lp.h"
#include "pattern/random_polytope.h"

namespace brink {
namespace {

/// A column for every segment of every entry.
LpSolution by_all_segments(const RandomPolytope& asked, const Eigen::VectorXd& rhs,
                           int breakpoints) {
  Program program;
  std::vector<LinearExpression> entries;
  for (Eigen::Index j = 0; j < asked.origin.size(); ++j) {
    const double up = asked.box.upper(j) - asked.origin(j);
    const double down = asked.origin(j) - asked.box.lower(j);
    const double width = std::max(up, down) / (breakpoints - 1);
    LinearExpression entry{asked.origin(j), {}};
    for (const double sign : {1.0, -1.0}) {
      const double room = sign > 0 ? up : down;
      for (int i = 0; width > 0 && i * width < room * (1 - 1e-12); ++i) {
        const double length = std::min(width, room - i * width);
        entry.terms.push_back(
            {program.add_column({"", 0, length, (2 * i + 1) * width, false}), sign});
      }
    }
    entries.push_back(entry);
  }
  for (Eigen::Index r = 0; r < rhs.size(); ++r) {
    LinearExpression row;
    for (Eigen::Index j = 0; j < asked.origin.size(); ++j) {
      const LinearExpression& entry = entries[static_cast<std::size_t>(j)];
      row.constant += asked.rows(r, j) * entry.constant;
      for (const Term& term : entry.terms) {
        row.terms.push_back({term.column, asked.rows(r, j) * term.coefficient});
      }
    }
    program.add_row("", row, rhs(r), kInfinity);
  }
  return LpSolver(program).solve();
}

double squared(const RandomPolytope& asked, const Eigen::VectorXd& x, int breakpoints) {
  double sum = 0;
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    const double longest =
        std::max(asked.box.upper(j) - asked.origin(j), asked.origin(j) - asked.box.lower(j));
    if (longest <= 0) continue;
    const double width = longest / (breakpoints - 1), d = std::abs(x(j) - asked.origin(j));
    const double left = width * std::min(std::floor(d / width), breakpoints - 2.0);
    sum += left * left + (d - left) * (2 * left + width);
  }
  return sum;
}

TEST(SegmentProjection, EqualsTheProgramOfAllSegments) {
  Random random(7);
  int infeasible = 0, feasible = 0;
  for (int round = 0; round < 300; ++round) {
    const RandomPolytope asked(random);
    const int breakpoints = std::array{2, 3, 5, 17, 65}.at(static_cast<std::size_t>(round % 5));
    SegmentProjection projection(asked.rows, asked.origin, asked.box, breakpoints);
    for (const double level : {0.1, 0.8, -1.0}) {  // one object, several right sides
      const Eigen::VectorXd rhs = asked.beyond_origin(level, random);
      const SegmentNearest nearest = projection.nearest(rhs);
      const LpSolution expected = by_all_segments(asked, rhs, breakpoints);
      if (expected.status == SolveStatus::infeasible) {
        ++infeasible;
        EXPECT_FALSE(nearest.point) << round;
        continue;  // any bound is right
      }
      ++feasible;
      ASSERT_TRUE(nearest.point) << round;
      const double tolerance = 1e-7 * (1 + expected.objective);
      EXPECT_NEAR(squared(asked, *nearest.point, breakpoints), expected.objective, tolerance);
      EXPECT_GE((asked.rows * *nearest.point - rhs).minCoeff(), -1e-8) << round;
      EXPECT_TRUE(asked.box.contains(*nearest.point)) << round;
      EXPECT_NEAR(nearest.squared_bound, expected.objective, tolerance) << round;
      const SegmentNearest enough =
          SegmentProjection(asked.rows, asked.origin, asked.box, breakpoints)
              .nearest(rhs, {}, 0.5 * expected.objective);
      EXPECT_GE(enough.squared_bound, 0.5 * expected.objective - tolerance) << round;
      EXPECT_LE(enough.squared_bound, expected.objective + tolerance) << round;
    }
  }
  EXPECT_GT(infeasible, 50);
  EXPECT_GT(feasible, 200);
}

// Many rows, nearly combinations of a few, and one point that meets them all with nothing to spare:
// the Euclidean projection's methods may fail here.
TEST(SegmentProjection, DoesNotNeedTheEuclideanOne) {
  Random random(9);
  int without = 0;
  for (int round = 0; round < 12; ++round) {
    RandomPolytope asked(random);
    const Eigen::Index size = 8 + random.index(6);
    asked.box = Box::uniform(size, 0, 1);
    asked.rows.resize(size + 4, size);
    asked.origin.resize(size);
    for (double& value : asked.origin) value = random.uniform();
    for (Eigen::Index r = 0; r < asked.rows.rows(); ++r) {
      for (double& entry : asked.rows.row(r)) entry = random.normal() * (r < 4 ? 1 : 1e-4);
      for (Eigen::Index other = 0; r >= 4 && other < 4; ++other) {
        asked.rows.row(r) += random.normal() * asked.rows.row(other);
      }
    }
    const Eigen::VectorXd rhs = asked.rows * asked.point(random);
    const LpSolution expected = by_all_segments(asked, rhs, 17);
    if (expected.status != SolveStatus::optimal) continue;
    without += project(asked.origin, asked.rows, rhs, asked.box) ? 0 : 1;
    const SegmentNearest nearest =
        SegmentProjection(asked.rows, asked.origin, asked.box, 17).nearest(rhs);
    ASSERT_TRUE(nearest.point) << round;
    EXPECT_GE((asked.rows * *nearest.point - rhs).minCoeff(), -1e-8) << round;
    EXPECT_LE(nearest.squared_bound, expected.objective + 1e-7) << round;
    EXPECT_GE(nearest.squared_bound, expected.objective - 1e-4) << round;
  }
  EXPECT_GT(without, 0);
}

// Rows that a known point meets, most of them with nothing to spare, in several scales.
TEST(SegmentProjection, NoFeasiblePointIsNearerThanTheBound) {
  Random random(8);
  std::array<int, 3> informative{};
  for (int round = 0; round < 600; ++round) {
    RandomPolytope asked(random);
    const auto scale = static_cast<std::size_t>(round % 3);
    asked.rows *= std::array{1e-6, 1.0, 1e6}.at(scale);
    const Eigen::VectorXd point = asked.point(random);
    const Eigen::VectorXd rhs = asked.met_by(point, random);
    const int breakpoints = 2 + static_cast<int>(random.index(20));
    const double distance = squared(asked, point, breakpoints);
    SegmentProjection projection(asked.rows, asked.origin, asked.box, breakpoints);
    const SegmentNearest nearest = projection.nearest(rhs);
    EXPECT_LE(nearest.squared_bound, distance * (1 + 1e-12)) << round;
    informative.at(scale) += nearest.squared_bound > 0.5 * distance ? 1 : 0;
  }
  for (const int count : informative) EXPECT_GT(count, 50);
}

}  // namespace
}  // namespace brink
