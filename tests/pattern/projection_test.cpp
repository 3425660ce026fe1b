#include "brink/pattern/projection.h"

#include <gtest/gtest.h>

#include "brink/base/random.h"
#include "random_network.h"

namespace brink {
namespace {

struct Problem {
  Eigen::VectorXd origin;
  Eigen::MatrixXd rows;
  Eigen::VectorXd rhs;
  Box box;
};

/// Rows with a common feasible point that is far from the origin; some rows nearly parallel.
Problem random_problem(Random& random, int pixels, int rows) {
  Problem p{testing::random_point(pixels, random), Eigen::MatrixXd(rows, pixels),
            Eigen::VectorXd(rows), Box::uniform(pixels, 0, 1)};
  const Eigen::VectorXd feasible = testing::random_point(pixels, random);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < pixels; ++j) p.rows(i, j) = random.normal();
    if (i % 3 == 2) p.rows.row(i) = p.rows.row(i - 1) + 1e-4 * p.rows.row(i);
    p.rhs(i) = p.rows.row(i).dot(feasible) - 0.1 * random.uniform();
  }
  return p;
}

TEST(Projection, IsFeasibleAndMeetsItsDualBound) {
  Random random(8);
  for (int round = 0; round < 200; ++round) {
    const Problem p = random_problem(random, 5 + random.index(60), 1 + random.index(30));
    const auto projection = project(p.origin, p.rows, p.rhs, p.box);
    ASSERT_TRUE(projection) << round;
    EXPECT_TRUE(p.box.contains(projection->point));
    EXPECT_GE((p.rows * projection->point - p.rhs).minCoeff(), -1e-8);
    const double squared = (projection->point - p.origin).squaredNorm();
    EXPECT_NEAR(squared, projection->squared_bound, 1e-8 * (1 + squared)) << round;
  }
}

TEST(Projection, BeatsRandomFeasiblePoints) {
  Random random(9);
  for (int round = 0; round < 20; ++round) {
    const Problem p = random_problem(random, 4, 2);
    const auto projection = project(p.origin, p.rows, p.rhs, p.box);
    ASSERT_TRUE(projection);
    const double nearest = (projection->point - p.origin).norm();
    for (int i = 0; i < 2000; ++i) {
      const Eigen::VectorXd x = testing::random_point(4, random);
      if ((p.rows * x - p.rhs).minCoeff() < 0) continue;
      EXPECT_GE((x - p.origin).norm(), nearest - 1e-9);
    }
  }
}

TEST(Projection, EmptyPolytopesGiveNothing) {
  const Eigen::VectorXd origin = Eigen::VectorXd::Zero(3);
  const Eigen::MatrixXd row = Eigen::MatrixXd::Ones(1, 3);
  EXPECT_FALSE(project(origin, row, Eigen::VectorXd::Constant(1, 3.5), Box::uniform(3, 0, 1)));
  EXPECT_FALSE(project(origin, 0 * row, Eigen::VectorXd::Constant(1, 1), Box::uniform(3, 0, 1)));
  EXPECT_TRUE(project(origin, row, Eigen::VectorXd::Constant(1, 3), Box::uniform(3, 0, 1)));
}

TEST(Projection, GoesNoFurtherThanEnough) {
  Random random(10);
  int stopped = 0;
  for (int round = 0; round < 200; ++round) {
    const Problem p = random_problem(random, 5 + random.index(60), 1 + random.index(30));
    const auto whole = project(p.origin, p.rows, p.rhs, p.box);
    ASSERT_TRUE(whole) << round;
    const double squared = (whole->point - p.origin).squaredNorm();
    const double enough = random.uniform() * squared;
    const auto part = project(p.origin, p.rows, p.rhs, p.box, enough);
    ASSERT_TRUE(part) << round;
    EXPECT_LE(part->squared_bound, squared + 1e-9 * (1 + squared)) << round;
    EXPECT_GE(part->squared_bound, enough - 1e-9 * (1 + squared)) << round;
    if (part->point.size() > 0) continue;
    EXPECT_GT(part->squared_bound, enough) << round;
    ++stopped;
  }
  EXPECT_GT(stopped, 150);
}

// The dual of an empty polytope has no end: any distance is exceeded.
TEST(Projection, EmptyPolytopesExceedAnyDistance) {
  Random random(11);
  int exceeded = 0;
  for (int round = 0; round < 200; ++round) {
    Problem p = random_problem(random, 5 + random.index(60), 2 + random.index(30));
    const Eigen::Index last = p.rows.rows() - 1;
    p.rows.row(last) = -p.rows.row(0);  // below what row 0 asks for
    p.rhs(last) = -p.rhs(0) + 0.01 + random.uniform();
    const auto far = project(p.origin, p.rows, p.rhs, p.box, static_cast<double>(p.origin.size()));
    exceeded += far && far->point.size() == 0 ? 1 : 0;
    EXPECT_FALSE(far && far->point.size() > 0) << round;
  }
  EXPECT_GT(exceeded, 190);
}

TEST(Projection, NoRowsIsTheOriginClipped) {
  const Eigen::VectorXd origin = Eigen::Vector2d(-1, 0.5);
  const auto projection =
      project(origin, Eigen::MatrixXd(0, 2), Eigen::VectorXd(0), Box::uniform(2, 0, 1));
  ASSERT_TRUE(projection);
  EXPECT_EQ(projection->point, Eigen::VectorXd(Eigen::Vector2d(0, 0.5)));
}

}  // namespace
}  // namespace brink
