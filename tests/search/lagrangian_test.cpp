#include "brink/search/lagrangian.h"

#include <gtest/gtest.h>

#include "asked.h"
#include "random_node.h"
#include "random_planes.h"

namespace brink::search {
namespace {

Eigen::VectorXd normals(Eigen::Index size, double scale, Random& random) {
  Eigen::VectorXd values(size);
  for (double& value : values) value = scale * random.normal();
  return values;
}

TEST(Lagrangian, HoldsForAnyMultipliers) {
  Random random(91);
  int meeting = 0;
  for (int round = 0; round < 4000; ++round) {
    const Norm norm = kNorms.at(static_cast<std::size_t>(round % 4));
    const RandomNode asked(norm, random);
    const Problem& problem = *asked.problem;
    const double scale = std::pow(10.0, random.uniform(-3, 3));
    Multipliers any{normals(problem.neurons(), scale, random),
                    normals(problem.rhs().size(), scale, random).cwiseAbs(),
                    {}};
    if (random.uniform() < 0.7) {
      any.planes = random_planes(problem, norm, random);
      any.planes.weights *= scale;
    }
    const double slack = problem.slack(asked.point);
    const auto bound = [&](const Cost& cost) {
      return prove(problem, asked.node, cost, any, *asked.ball).value;
    };
    EXPECT_LE(bound({.margin = true}), -slack) << round;
    if (slack < 0) continue;
    ++meeting;
    EXPECT_LE(bound({.any_margin = false}), 0) << round;
    const int neuron = random.index(problem.neurons());
    const double y = asked.pre_activation(neuron);
    EXPECT_LE(bound({neuron, 1, false, false}), y) << round;
    EXPECT_LE(bound({neuron, -1, false, false}), -y) << round;
  }
  EXPECT_GT(meeting, 500);
}

// No multipliers at all: the neuron's own interval.
TEST(Lagrangian, WithoutMultipliersANeuronsOwnInterval) {
  Random random(92);
  const RandomNode asked(Norm::l1, random);
  const Problem& problem = *asked.problem;
  const Multipliers none{
      Eigen::VectorXd::Zero(problem.neurons()), Eigen::VectorXd::Zero(problem.rhs().size()), {}};
  for (int neuron = 0; neuron < problem.neurons(); ++neuron) {
    const auto id = static_cast<std::size_t>(neuron);
    const Proof low = prove(problem, asked.node, {neuron, 1, false, false}, none, *asked.ball);
    const Proof high = prove(problem, asked.node, {neuron, -1, false, false}, none, *asked.ball);
    EXPECT_NEAR(low.value, asked.node.lower[id], 1e-9);
    EXPECT_NEAR(-high.value, asked.node.upper[id], 1e-9);
    EXPECT_LE(low.value, asked.node.lower[id]);
    EXPECT_GE(-high.value, asked.node.upper[id]);
  }
}

// The largest ball that the same multipliers prove empty holds no point that meets the rows.
TEST(Lagrangian, ExcludedRadiusLosesNoPoint) {
  Random random(93);
  int proven = 0;
  for (int round = 0; round < 6000; ++round) {
    const RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    const Problem& problem = *asked.problem;
    const Multipliers any{normals(problem.neurons(), 0.1, random),
                          Eigen::Vector2d(random.uniform(), random.uniform()),
                          {}};
    const Proof proof = prove(problem, asked.node, {.margin = true}, any, *asked.ball);
    const double radius = excluded_radius(proof, *asked.ball);
    if (radius == 0) continue;
    ++proven;
    Ball smaller = *asked.ball;
    smaller.set_radius(radius);
    EXPECT_GT(prove(problem, asked.node, {.margin = true}, any, smaller).value, -1e-9) << round;
    if (proof.value > 0) continue;
    smaller.set_radius(1.01 * radius + 1e-6);
    if (asked.ball->norm() == Norm::l0 || smaller.radius() > asked.ball->radius()) continue;
    EXPECT_LT(prove(problem, asked.node, {.margin = true}, any, smaller).value, 1e-6) << round;
  }
  EXPECT_GT(proven, 50);
}

}  // namespace
}  // namespace brink::search
