#include "brink/pattern/linf_projection.h"

#include <gtest/gtest.h>

#include <cmath>

#include "brink/base/random.h"

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
    const Eigen::Index n = 1 + random.index(12), m = 1 + random.index(8);
    Eigen::MatrixXd rows(m, n);
    for (double& entry : rows.reshaped()) entry = random.uniform() < 0.2 ? 0 : random.normal();
    Eigen::VectorXd origin(n);
    for (double& value : origin) value = random.uniform() < 0.3 ? 0 : random.uniform();
    const Box box = Box::uniform(n, 0, 1);
    LinfProjection projection(rows, origin, box);
    for (const double level : {0.1, 0.4, -1.0}) {  // one object, several right sides
      Eigen::VectorXd rhs = rows * origin;
      for (double& side : rhs) side += level * (1 + random.normal());
      const LinfNearest nearest = projection.nearest(rhs);
      const LpSolution expected = by_column(rows, rhs, origin, box);
      if (expected.status == SolveStatus::infeasible) {
        ++infeasible;
        EXPECT_FALSE(nearest.point) << round;
        EXPECT_TRUE(std::isinf(nearest.bound)) << round;
        continue;
      }
      ASSERT_TRUE(nearest.point) << round;
      const double distance = (*nearest.point - origin).cwiseAbs().maxCoeff();
      EXPECT_NEAR(distance, expected.objective, 1e-8) << round;
      EXPECT_GE((rows * *nearest.point - rhs).minCoeff(), -1e-8) << round;
      EXPECT_LE(nearest.bound, expected.objective + 1e-8) << round;
      EXPECT_GE(nearest.bound, expected.objective * (1 - 1e-6) - 1e-8) << round;
      inside += distance == 0 ? 1 : 0;
    }
  }
  EXPECT_GT(infeasible, 50);
  EXPECT_GT(inside, 5);
}

}  // namespace
}  // namespace brink
