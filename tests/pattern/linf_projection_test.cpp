#include "brink/pattern/linf_projection.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pattern/random_polytope.h"

namespace brink {
namespace {

/// The same with the distance as a column.
LpSolution by_column(const Eigen::MatrixXd& rows, const Eigen::VectorXd& rhs,
                     const Eigen::VectorXd& origin, const Box& box) {
  Program program;
  for (Eigen::Index j = 0; j < origin.size(); ++j) {
    program.add_column({"", box.lower(j), box.upper(j), 0, false});
  }
  const int w = program.add_column({"", 0, 100, 1, false});
  for (int j = 0; j < static_cast<int>(origin.size()); ++j) {
    program.rows.push_back({"", {{j, -1}, {w, 1}}, -origin(j), kInfinity});
    program.rows.push_back({"", {{j, 1}, {w, 1}}, origin(j), kInfinity});
  }
  for (Eigen::Index r = 0; r < rows.rows(); ++r) {
    Row row;
    for (int j = 0; j < static_cast<int>(origin.size()); ++j) row.terms.push_back({j, rows(r, j)});
    row.lower = rhs(r);
    program.rows.push_back(std::move(row));
  }
  return LpSolver(program).solve();
}

TEST(LinfProjection, EqualsTheProgramWithADistanceColumn) {
  Random random(5);
  int infeasible = 0, inside = 0;
  for (int round = 0; round < 200; ++round) {
    const RandomPolytope asked(random);
    LinfProjection projection(asked.rows, asked.origin, asked.box);
    for (const double level : {0.1, 0.8, -1.0}) {  // one object, several right sides
      const Eigen::VectorXd rhs = asked.beyond_origin(level, random);
      const LinfNearest nearest = projection.nearest(rhs);
      const LpSolution expected = by_column(asked.rows, rhs, asked.origin, asked.box);
      EXPECT_GT(nearest.programs, 0);
      if (expected.status == SolveStatus::infeasible) {
        ++infeasible;
        EXPECT_FALSE(nearest.point) << round;
        EXPECT_TRUE(std::isinf(nearest.bound)) << round;
        continue;
      }
      ASSERT_TRUE(nearest.point) << round;
      const double distance = (*nearest.point - asked.origin).cwiseAbs().maxCoeff();
      EXPECT_NEAR(distance, expected.objective, 1e-8) << round;
      EXPECT_GE((asked.rows * *nearest.point - rhs).minCoeff(), -1e-8) << round;
      EXPECT_GE(nearest.bound, expected.objective * (1 - 1e-6) - 1e-8) << round;
      inside += expected.objective == 0 ? 1 : 0;
    }
  }
  EXPECT_GT(infeasible, 50);
  EXPECT_GT(inside, 5);
}

// Rows that a known point meets, most of them with nothing to spare, in several scales.
TEST(LinfProjection, NoFeasiblePointIsNearerThanTheBound) {
  Random random(6);
  int informative = 0;
  for (int round = 0; round < 600; ++round) {
    RandomPolytope asked(random);
    asked.rows *= std::array{1e-6, 1.0, 1e6}.at(static_cast<std::size_t>(round % 3));
    const Eigen::VectorXd point = asked.point(random);
    const Eigen::VectorXd rhs = asked.met_by(point, random);
    const double distance = (point - asked.origin).cwiseAbs().maxCoeff();
    LinfProjection projection(asked.rows, asked.origin, asked.box);
    const LinfNearest nearest = projection.nearest(rhs);
    EXPECT_LE(nearest.bound, distance) << round;
    informative += nearest.bound > 0.5 * distance ? 1 : 0;
  }
  EXPECT_GT(informative, 100);
}

TEST(LinfProjection, ARowThatNothingMoves) {
  const Eigen::MatrixXd rows = Eigen::MatrixXd::Zero(1, 2);
  const Eigen::VectorXd origin = Eigen::VectorXd::Constant(2, 0.5);
  LinfProjection projection(rows, origin, Box::uniform(2, 0, 1));
  const auto at = [&](double side) {
    return projection.nearest(Eigen::VectorXd::Constant(1, side));
  };
  EXPECT_TRUE(std::isinf(at(1e-3).bound));
  EXPECT_FALSE(at(1e-3).point);
  EXPECT_EQ(at(0).bound, 0);
  ASSERT_TRUE(at(0).point);
  EXPECT_LT((*at(0).point - origin).cwiseAbs().maxCoeff(), 1e-15);
  ASSERT_TRUE(at(-1).point);
  EXPECT_LT((*at(-1).point - origin).cwiseAbs().maxCoeff(), 1e-15);
}

}  // namespace
}  // namespace brink
