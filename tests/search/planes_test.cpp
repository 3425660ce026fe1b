#include "brink/search/planes.h"

#include <gtest/gtest.h>

#include "brink/search/relaxation.h"
#include "brink/search/slope_ascent.h"
#include "random_node.h"
#include "random_planes.h"

namespace brink::search {
namespace {

/// Farthest in some direction: where planes may touch their neurons.
Eigen::VectorXd extreme_change(const Ball& ball, Random& random) {
  Eigen::VectorXd direction(ball.size()), change;
  for (double& value : direction) value = random.normal();
  ball.support(direction, &change);
  return change;
}

class Planes : public ::testing::TestWithParam<Norm> {};

INSTANTIATE_TEST_SUITE_P(Norms, Planes, ::testing::ValuesIn(kNorms),
                         [](const auto& test) { return std::string(name(test.param)); });

// Wherever they lie: at extreme points, where they may touch, and between.
TEST_P(Planes, AreAboveTheirNeurons) {
  Random random(111);
  double gap = 0, width = 0;
  for (int round = 0; round < 3000; ++round) {
    const RandomNode asked(GetParam(), random);
    const Problem& problem = *asked.problem;
    const int neuron = random.index(problem.first_width());
    search::Planes planes = random_planes(problem, GetParam(), random);
    planes.weights.setZero();
    planes.weights(neuron) = std::pow(10.0, random.uniform(-6, 6));
    Eigen::VectorXd direction = Eigen::VectorXd::Zero(problem.image().size());
    const PlanesProof proof = add_planes(problem, planes, *asked.ball, direction);
    double least = 1e300;
    for (int point = 0; point < 20; ++point) {
      Eigen::VectorXd change = extreme_change(*asked.ball, random);
      if (random.uniform() < 0.3) change *= random.uniform();
      Eigen::VectorXd y;
      problem.first_image(change, y);
      const double x = std::max(problem.first_center()(neuron) + y(neuron), 0.0);
      const double above = (direction.dot(change) - proof.constant) / planes.weights(neuron) - x;
      EXPECT_GE(above, -proof.doubt / planes.weights(neuron)) << round;
      least = std::min(least, above);
    }
    EXPECT_LT(proof.doubt / planes.weights(neuron), 1e-12) << round;
    gap += least;
    width += 1;
  }
  EXPECT_LT(gap / width, GetParam() == Norm::linf ? 0.2 : 0.5);  // not far above, either
}

// A margin's bound: what triangles cannot say, planes do, and never too much.
TEST_P(Planes, BoundMoreThanProgramsOfTriangles) {
  Random random(112);
  double by_program = 0, by_planes = 0;
  int better = 0, asked_of = 0;
  for (int round = 0; round < 400; ++round) {
    RandomNode asked(GetParam(), random);
    asked.problem->tell(nullptr, true);
    const Problem& problem = *asked.problem;
    PointPool pool;
    Relaxation program(problem, asked.node);
    const NodeBound best = program.minimise(asked.node, {.sharp = true, .whole = true}, *asked.ball,
                                            pool, 1e3, 500, {});
    if (best.empty()) continue;
    std::optional<LiveLayers> live;
    const std::vector<SlopeAscent::Item> items{{&asked.node, {.margin = true}, 1e300, nullptr}};
    auto run = SlopeAscent(problem, *asked.ball, live).run(items, 200, true, {});
    const Proof proof = prove(problem, asked.node, {.margin = true},
                              std::move(run.results.front().multipliers), *asked.ball);
    EXPECT_NEAR(proof.value, run.results.front().value, 1e-4 * (1 + std::abs(proof.value)));
    EXPECT_LE(proof.value, -problem.slack(asked.point)) << round;
    by_program += *best.value;
    by_planes += proof.value;
    better += proof.value > *best.value + 1e-3 ? 1 : 0;
    ++asked_of;
  }
  EXPECT_GT(asked_of, 200);
  EXPECT_GT(better, asked_of / 10);
  EXPECT_GT(by_planes, by_program);
}

// From where they ended last they begin no worse.
TEST_P(Planes, GoOnFromWhereTheyWere) {
  Random random(113);
  int later = 0;
  for (int round = 0; round < 100; ++round) {
    RandomNode asked(GetParam(), random);
    asked.problem->tell(nullptr, true);
    std::optional<LiveLayers> live;
    const SlopeAscent ascent(*asked.problem, *asked.ball, live);
    const auto first = ascent.run({{&asked.node, {.margin = true}, 1e300, nullptr}}, 60, true, {});
    const SlopeAscent::Result& end = first.results.front();
    const auto again =
        ascent.run({{&asked.node, {.margin = true}, 1e300, &end.slopes}}, 0, true, {});
    EXPECT_GE(again.results.front().value, end.value - 1e-4 * (1 + std::abs(end.value))) << round;
    later += end.slopes.planes.empty() ? 0 : 1;
  }
  EXPECT_EQ(later, 100);
}

// Certificates do without, and so do balls that are none of these.
TEST(PlanesApply, UnlessCertificatesListen) {
  Random random(114);
  RandomNode asked(Norm::l2, random);
  EXPECT_FALSE(planes_apply(*asked.problem, *asked.ball));
  asked.problem->tell(nullptr, true);
  EXPECT_TRUE(planes_apply(*asked.problem, *asked.ball));
  EXPECT_TRUE(planes_apply(Problem(*asked.problem, asked.region), *asked.ball));
  const Box reach = asked.problem->reach();
  EXPECT_FALSE(planes_apply(*asked.problem, Ball(Norm::l2, asked.image, reach, 1, 5)));
  EXPECT_FALSE(planes_apply(
      *asked.problem, Ball(Norm::l0, asked.image, reach, 1, 0, Eigen::VectorXd::Constant(4, 2.0))));
  EXPECT_FALSE(planes_apply(*asked.problem, Ball(Norm::l2, asked.image, reach, 1e300 * 1e300)));
}

}  // namespace
}  // namespace brink::search
