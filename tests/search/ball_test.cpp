#include "brink/search/ball.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "brink/pattern/polish.h"
#include "random_network.h"

namespace brink::search {
namespace {

struct Kind {
  Norm norm;
  int breakpoints;
};

class BallTest : public ::testing::TestWithParam<Kind> {
 protected:
  /// The distance that the ball's radius is measured in.
  double measured(const Eigen::VectorXd& image, const Box& box, const Eigen::VectorXd& x) const {
    ClosestQuestion question = papers_question();
    question.norm = GetParam().norm;
    question.box = box;
    if (GetParam().breakpoints > 0) question.breakpoints = GetParam().breakpoints;
    return measured_distance(question, image, x);
  }
};

TEST_P(BallTest, MaximiserAttainsTheValueInsideTheBall) {
  Random random(21);
  for (int round = 0; round < 300; ++round) {
    const Eigen::Index size = 1 + random.index(40);
    const Box box = Box::uniform(size, 0, 1);
    Eigen::VectorXd image = testing::random_point(size, random);
    for (double& pixel : image) {
      if (random.uniform() < 0.5) pixel = 0;  // as most of an image's pixels are
    }
    Ball ball(GetParam().norm, image, box, 0, GetParam().breakpoints);
    double radius = ball.largest_radius() * random.uniform(0.01, 1.2);
    if (GetParam().norm == Norm::l0) radius = std::floor(radius);
    if (radius <= 0) continue;
    ball.set_radius(radius);
    Eigen::VectorXd c(size);
    for (double& value : c) value = random.uniform() < 0.2 ? 0 : random.normal();
    Eigen::VectorXd change;
    const Ball::Support support = ball.support(c, &change);
    const Eigen::VectorXd x = (image + change).cwiseMax(0.0).cwiseMin(1.0);
    EXPECT_LE((x - image - change).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LE(measured(image, box, x), radius * (1 + 1e-9)) << round;
    EXPECT_NEAR(c.dot(change), support.value, 1e-9 * (1 + support.value)) << round;
  }
}

TEST_P(BallTest, NoPointOfTheBallDoesBetter) {
  Random random(22);
  for (int round = 0; round < 40; ++round) {
    const Eigen::Index size = 1 + random.index(4);
    const Box box = Box::uniform(size, -1, 1);
    const Eigen::VectorXd image = testing::random_point(size, random, -1, 1);
    Ball ball(GetParam().norm, image, box, 0, GetParam().breakpoints);
    double radius = ball.largest_radius() * random.uniform(0.1, 0.9);
    if (GetParam().norm == Norm::l0) radius = std::max(1.0, std::floor(radius));
    ball.set_radius(radius);
    Eigen::VectorXd c(size);
    for (double& value : c) value = random.normal();
    const Ball::Support support = ball.support(c);
    for (int sample = 0; sample < 2000; ++sample) {
      Eigen::VectorXd x = testing::random_point(size, random, -1, 1);
      for (Eigen::Index j = 0; j < size; ++j) {
        if (random.uniform() < 0.4) x(j) = image(j);
      }
      if (measured(image, box, x) > radius) continue;
      EXPECT_LE(c.dot(x - image), support.value + support.error + 1e-12);
    }
  }
}

TEST_P(BallTest, ShrinkingStaysInside) {
  if (GetParam().norm == Norm::l0) return;  // there it is the hull that shrinks
  Random random(23);
  for (int round = 0; round < 100; ++round) {
    const Box box = Box::uniform(10, 0, 1);
    const Eigen::VectorXd image = testing::random_point(10, random);
    Ball ball(GetParam().norm, image, box, 0, GetParam().breakpoints);
    const double radius = 0.5 * ball.largest_radius();
    ball.set_radius(radius);
    Eigen::VectorXd c(10), change;
    for (double& value : c) value = random.normal();
    ball.support(c, &change);
    const double smaller = radius * random.uniform(0.05, 1);
    const Eigen::VectorXd x = image + ball.shrinking(radius, smaller) * change;
    EXPECT_LE(measured(image, box, x), smaller * (1 + 1e-9));
  }
}

INSTANTIATE_TEST_SUITE_P(Norms, BallTest,
                         ::testing::Values(Kind{Norm::l0, 0}, Kind{Norm::l1, 0}, Kind{Norm::l2, 0},
                                           Kind{Norm::linf, 0}, Kind{Norm::l2, 5},
                                           Kind{Norm::l2, 17}));

/// Of { sum w_j |d_j| / m_j <= r }, which holds all sets of pixels that cost at most r.
TEST(Ball, WithCostsNoSetOfPixelsDoesBetter) {
  Random random(24);
  int attained = 0;
  for (int round = 0; round < 200; ++round) {
    const int size = 1 + random.index(8);
    const Box box = Box::uniform(size, 0, 1);
    const Eigen::VectorXd image = testing::random_point(size, random);
    Eigen::VectorXd costs(size), c(size), change;
    for (double& cost : costs) cost = 1 + random.index(6);
    for (double& value : c) value = random.normal();
    const double radius = random.index(static_cast<int>(costs.sum()) + 2);
    const Ball ball(Norm::l0, image, box, radius, 0, costs);
    EXPECT_EQ(ball.largest_radius(), costs.sum());
    const Ball::Support support = ball.support(c, &change);
    const Eigen::VectorXd rooms = (c.array() > 0).select(1 - image.array(), image.array());
    double best = 0;
    for (unsigned set = 0; set < (1U << static_cast<unsigned>(size)); ++set) {
      double cost = 0, worth = 0;
      for (int j = 0; j < size; ++j) {
        if ((set >> static_cast<unsigned>(j) & 1U) == 0) continue;
        cost += costs(j);
        worth += std::abs(c(j)) * rooms(j);
      }
      if (cost <= radius) best = std::max(best, worth);
    }
    EXPECT_GE(support.value + support.error, best) << round;
    attained += support.value <= best * (1 + 1e-12) ? 1 : 0;
    EXPECT_NEAR(c.dot(change), support.value, 1e-12 * (1 + support.value)) << round;
    const double used = (change.cwiseAbs().array() / rooms.array()).matrix().dot(costs);
    EXPECT_LE(used, radius * (1 + 1e-12)) << round;
  }
  EXPECT_GT(attained, 20);
}

// Nothing fits, and a radius may fall a little below zero; the greatest worth must not be lost to
// the rounding of its bucket.
TEST(Ball, NoRoomIsNoWorth) {
  Random random(23);
  const Box box = Box::uniform(5, 0, 1);
  const Eigen::VectorXd image = Eigen::VectorXd::Constant(5, 0.5);
  for (const double radius : {0.0, -1e-7}) {
    const Ball ball(Norm::l1, image, box, radius);
    for (int round = 0; round < 100; ++round) {
      Eigen::VectorXd c(5), change;
      for (double& value : c) value = random.normal();
      EXPECT_LE(std::abs(ball.support(c, &change).value), 1e-6);
      EXPECT_LE(change.cwiseAbs().sum(), 0);
    }
  }
}

/// The linearised L2's support: all segments, the ones that are worth most for their price first.
double dearest_segments(const Eigen::VectorXd& image, int breakpoints, double radius,
                        const Eigen::VectorXd& c) {
  struct Segment {
    double worth, slope, length;
  };
  std::vector<Segment> segments;
  for (Eigen::Index j = 0; j < c.size(); ++j) {
    const double room = c(j) > 0 ? 1 - image(j) : image(j);
    const double width = std::max(image(j), 1 - image(j)) / (breakpoints - 1);
    for (int i = 0; i * width < room - 1e-12; ++i) {
      segments.push_back({std::abs(c(j)), (2 * i + 1) * width, std::min(width, room - i * width)});
    }
  }
  std::sort(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) {
    return a.worth * b.slope > b.worth * a.slope;
  });
  double left = radius * radius, value = 0;
  for (const Segment& segment : segments) {
    const double length = std::min(segment.length, left / segment.slope);
    value += segment.worth * length;
    left -= segment.slope * length;
  }
  return value;
}

TEST(Ball, SegmentsThatAreWorthTheSame) {
  Random random(24);
  for (int round = 0; round < 300; ++round) {
    const Eigen::Index size = 1 + random.index(60);
    Eigen::VectorXd image = testing::random_point(size, random), c(size), change;
    for (double& pixel : image) pixel = std::round(2 * pixel) / 2;  // 0, a half, 1
    for (double& value : c) value = std::round(3 * random.normal());
    const int breakpoints = 2 + static_cast<int>(random.index(130));
    Ball ball(Norm::l2, image, Box::uniform(size, 0, 1), 0, breakpoints);
    for (const double share : {1e-9, 1e-4, 0.1, 0.5, 1 - 1e-9, 1.0, 2.0}) {
      const double radius = share * ball.largest_radius();
      ball.set_radius(radius);
      const double expected = dearest_segments(image, breakpoints, radius, c);
      const Ball::Support support = ball.support(c, &change);
      // What covers rounding is many times a value next to zero.
      EXPECT_LE(support.value, expected + 1e-11 * (1 + expected)) << round << ", " << share;
      EXPECT_GE(support.value + support.error, expected * (1 - 1e-13)) << round << ", " << share;
      EXPECT_NEAR(c.dot(change), expected, 1e-9 * expected) << round << ", " << share;
    }
  }
}

TEST(Ball, WorthsOfAnySizeAreSafe) {
  for (const int breakpoints : {5, 17}) {
    const Ball ball(Norm::l2, Eigen::VectorXd::Constant(2, 0.5), Box::uniform(2, 0, 1), 0.6,
                    breakpoints);
    EXPECT_NEAR(ball.support(Eigen::VectorXd{{1e-310, 2e-310}}).value, 0, 1e-300);
    EXPECT_FALSE(std::isfinite(
        ball.support(Eigen::VectorXd{{1.0, std::numeric_limits<double>::infinity()}}).value));
    EXPECT_TRUE(std::isnan(
        ball.support(Eigen::VectorXd{{1.0, std::numeric_limits<double>::quiet_NaN()}}).value));
  }
  for (const Norm norm : {Norm::l1, Norm::l2}) {  // a pixel that cannot go down hides no NaN
    const Ball ball(norm, Eigen::VectorXd{{0.5, 0.0}}, Box::uniform(2, 0, 1), 0.6,
                    norm == Norm::l2 ? 17 : 0);
    EXPECT_TRUE(std::isnan(
        ball.support(Eigen::VectorXd{{1.0, std::numeric_limits<double>::quiet_NaN()}}).value));
  }
  const Ball ball(Norm::l1, Eigen::VectorXd::Constant(2, 0.5), Box::uniform(2, 0, 1), 0.6);
  Eigen::VectorXd change;
  EXPECT_NEAR(ball.support(Eigen::VectorXd{{1e-310, 2e-310}}, &change).value, 0, 1e-300);
  EXPECT_FALSE(std::isfinite(
      ball.support(Eigen::VectorXd{{1.0, std::numeric_limits<double>::infinity()}}).value));
  EXPECT_TRUE(std::isnan(
      ball.support(Eigen::VectorXd::Constant(2, std::numeric_limits<double>::quiet_NaN())).value));
}

}  // namespace
}  // namespace brink::search
