// The oracle against things that are simpler still: a grid, and formulas.
#include <gtest/gtest.h>

#include <cmath>

#include "least_distance.h"
#include "oracle.h"
#include "random_network.h"

namespace brink::oracle {
namespace {

using testing::random_network;
using testing::random_point;

/// Classes 0 and 1 of an affine network: fooled is a single half-space g v >= h.
struct HalfSpace {
  Network network;
  Eigen::VectorXd image, g;
  double h = 0;
};

HalfSpace random_half_space(Random& random) {
  HalfSpace result;
  do {
    result.network = random_network({4, 2}, random);
    result.image = random_point(4, random, 0.3, 0.7);
    const Layer& layer = result.network.layers[0];
    result.g = (layer.weights.dense().row(1) - layer.weights.dense().row(0)).transpose();
    const Eigen::VectorXd y = logits(result.network, result.image);
    result.h = y(0) - y(1);
  } while (result.h <= 0);
  return result;
}

std::optional<Real> ask(const ClosestQuestion& question, const Network& network,
                        const Eigen::VectorXd& image, int label) {
  return nearest(question, Measure::norm, reach_cells(question, network, image),
                 fooled_parts(question, network, label));
}

TEST(OracleSelf, HalfSpaceDistancesAreTheDualNorms) {
  Random random(1);
  for (int i = 0; i < 50; ++i) {
    const HalfSpace s = random_half_space(random);
    ClosestQuestion question = papers_question();
    question.target = {TargetRule::Kind::fixed, 1};
    question.margin = 1;
    question.target_min.reset();
    question.box = Box::uniform(4, -1000, 1000);
    const Eigen::VectorXd size = s.g.cwiseAbs();
    const std::pair<Norm, double> expected[] = {{Norm::l1, s.h / size.maxCoeff()},
                                                {Norm::l2, s.h / s.g.norm()},
                                                {Norm::linf, s.h / size.sum()},
                                                {Norm::l0, 1}};
    for (const auto& [norm, distance] : expected) {
      question.norm = norm;
      const auto found = ask(question, s.network, s.image, 0);
      ASSERT_TRUE(found) << name(norm);
      EXPECT_NEAR(static_cast<double>(*found), distance, 1e-11 * std::max(1.0, distance))
          << name(norm);
    }
  }
}

TEST(OracleSelf, CappedHalfSpaceCountsAndRefuses) {
  // y_0 - y_1 = 0.5 - (v_0 + v_1 + v_2): 0.5 by moves of at most 0.2 takes three pixels.
  Network network;
  network.layers.push_back({Eigen::MatrixXd::Zero(2, 3), Eigen::Vector2d(1.1, 0.6)});
  network.layers[0].weights.dense().row(1).setOnes();
  const Eigen::VectorXd image = Eigen::VectorXd::Zero(3);
  ClosestQuestion question = papers_question();
  question.norm = Norm::l0;
  question.target = {TargetRule::Kind::any, 0};
  question.margin = 1;
  question.box = Box::uniform(3, 0, 1);
  question.cap = 0.2;
  EXPECT_EQ(ask(question, network, image, 0), Real(3));
  question.cap = 0.16;
  EXPECT_FALSE(ask(question, network, image, 0));
  question.cap.reset();
  EXPECT_EQ(ask(question, network, image, 0), Real(1));
  question.norm = Norm::linf;
  EXPECT_NEAR(static_cast<double>(*ask(question, network, image, 0)), 0.5 / 3, 1e-12);
}

/// Least distance over a grid of step 1/`steps` on [0,1]^2, among points that are fooled.
double grid_distance(const ClosestQuestion& question, const Network& network,
                     const Eigen::VectorXd& image, int target, int steps) {
  double best = 1e9;
  for (int i = 0; i <= steps; ++i) {
    for (int j = 0; j <= steps; ++j) {
      const Eigen::Vector2d x(double(i) / steps, double(j) / steps);
      if (!is_fooled(question, network, image, x, target, false, 0)) continue;
      best = std::min(best, distance(question.norm, x, image));
    }
  }
  return best;
}

TEST(OracleSelf, DenseGridOnTwoInputs) {
  Random random(3);
  int compared = 0;
  for (int i = 0; i < 30; ++i) {
    const auto kind = i % 2 == 0 ? OutputKind::linear : OutputKind::relu;
    const Network network = random_network({2, 4, 3, 2}, random, 2.5, kind);
    const Eigen::VectorXd image = random_point(2, random);
    const int label = classify(network, image);
    if (label < 0) continue;
    ClosestQuestion question = papers_question();
    question.target = {TargetRule::Kind::fixed, 1 - label};
    question.margin = i % 3 == 0 ? 1.2 : 1;
    question.target_min = i % 3 == 1 && kind == OutputKind::relu ? 0 : 0.001;
    question.box = Box::uniform(2, 0, 1);
    for (const Norm norm : {Norm::l1, Norm::l2, Norm::linf}) {
      question.norm = norm;
      constexpr int kSteps = 200;
      const double grid = grid_distance(question, network, image, 1 - label, kSteps);
      const auto exact = ask(question, network, image, label);
      if (!exact) {
        EXPECT_EQ(grid, 1e9) << "case " << i;
        continue;
      }
      // Every grid point is an upper bound; a fooled set thicker than the grid is found by it.
      EXPECT_LE(static_cast<double>(*exact), grid + 1e-12) << "case " << i;
      if (grid == 1e9) continue;
      EXPECT_NEAR(static_cast<double>(*exact), grid, 0.03) << "case " << i;
      ++compared;
    }
  }
  EXPECT_GE(compared, 20);
}

TEST(OracleSelf, RangesEncloseSamplesTightly) {
  Random random(4);
  for (int i = 0; i < 10; ++i) {
    const Network network = random_network({2, 4, 3, 2}, random, 2);
    const Box box = Box::uniform(2, 0, 1);
    const Range range = output_range(linear_cells(network, box, Eigen::Vector2d::Zero(), 3), 0);
    Real low = 1e9, high = -1e9;
    for (int s = 0; s <= 40000; ++s) {
      const int row = s / 201, column = s % 201;
      const Eigen::Vector2d x(column / 200.0, row / 200.0);
      if (x(1) > 1) break;
      low = std::min(low, forward(network, x)(0));
      high = std::max(high, forward(network, x)(0));
    }
    EXPECT_LE(range.low, low + 1e-12L);
    EXPECT_GE(range.high, high - 1e-12L);
    EXPECT_NEAR(static_cast<double>(range.low), static_cast<double>(low), 0.1);
    EXPECT_NEAR(static_cast<double>(range.high), static_cast<double>(high), 0.1);
  }
}

TEST(OracleSelf, LinearProgramsOfKnownAnswer) {
  Polytope p{Vector::Zero(2), Vector::Ones(2), {}, {}};
  p.require(Vector::Ones(2), 1.5L);
  const auto point = minimise(p, {{0, Vector::Unit(2, 0), 0}}, 1);
  ASSERT_TRUE(point);
  EXPECT_NEAR(static_cast<double>(point->value), 0.5, 1e-15);
  EXPECT_NEAR(static_cast<double>(nearest_to_origin(p).norm()), std::sqrt(1.125), 1e-15);
  p.require(-Vector::Ones(2), -1);
  EXPECT_FALSE(minimise(p, {{0, Vector::Unit(2, 0), 0}}, 1));
  EXPECT_NEAR(static_cast<double>(least_violation(p)), 0.25, 1e-15);
}

}  // namespace
}  // namespace brink::oracle
