#include "brink/search/slope_ascent.h"

#include <gtest/gtest.h>

#include "asked.h"
#include "brink/search/relaxation.h"
#include "random_node.h"

namespace brink::search {
namespace {

// What it says of its multipliers is what the Lagrangian says, in every norm, of margins and
// neurons.
TEST(SlopeAscent, ItsValueIsTheLagrangians) {
  Random random(98);
  for (int round = 0; round < 1000; ++round) {
    RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    asked.problem->tell(nullptr, random.uniform() < 0.5);
    const Problem& problem = *asked.problem;
    const int neuron = random.index(problem.neurons());
    const std::vector<SlopeAscent::Item> items{
        {&asked.node, {.margin = true}, 1e300, nullptr},
        {&asked.node, {neuron, random.uniform() < 0.5 ? 1.0 : -1.0, false, false}, 1e300, nullptr}};
    const bool rows = random.uniform() < 0.5;
    std::optional<LiveLayers> live;
    const auto results =
        SlopeAscent(problem, *asked.ball, live).run(items, random.index(6), rows, {}).results;
    ASSERT_EQ(results.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      const Proof proof =
          prove(problem, asked.node, items[i].cost, results[i].multipliers, *asked.ball);
      const double tolerance = 1e-4 * (1 + std::abs(proof.outside_ball));  // single precision
      EXPECT_LE(proof.value, results[i].value + tolerance) << round;
      // The Lagrangian takes the best of the neurons' corners, which may be better than the lines.
      EXPECT_GE(proof.value, results[i].value - tolerance) << round;
    }
  }
}

// The program's bound is the best there is.
TEST(SlopeAscent, ComesNearTheProgramsBound) {
  Random random(99);
  double by_program = 0, by_ascent = 0, by_pass = 0;
  for (int round = 0; round < 400; ++round) {
    const RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    PointPool pool;
    Relaxation program(*asked.problem, asked.node);
    const NodeBound best = program.minimise(asked.node, {.sharp = true, .whole = true}, *asked.ball,
                                            pool, 0.5, 500, {});
    if (best.empty() || *best.value > 0.5) continue;
    const std::vector<SlopeAscent::Item> items{{&asked.node, {.margin = true}, 1e300, nullptr}};
    std::optional<LiveLayers> live;
    const auto bound = [&](int steps) {
      return SlopeAscent(*asked.problem, *asked.ball, live)
          .run(items, steps, true, {})
          .results.front()
          .value;
    };
    by_program += *best.value;
    by_ascent += bound(100);
    by_pass += bound(0);
    EXPECT_LE(bound(100), *best.value + 0.12 * std::abs(*best.value - 0.5) + 1e-6) << round;
  }
  EXPECT_LT(by_pass, by_ascent);
  EXPECT_GT(by_ascent, by_program - 0.1 * (by_program - by_pass));
}

// Of a neuron too, with what the rows say about it.
TEST(SlopeAscent, BoundsNeuronsAsProgramsDo) {
  Random random(100);
  double by_program = 0, by_ascent = 0, without_rows = 0;
  for (int round = 0; round < 400; ++round) {
    const RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    const Objective objective{random.index(asked.problem->neurons()),
                              random.uniform() < 0.5 ? 1.0 : -1.0, true, true};
    PointPool pool;
    Relaxation program(*asked.problem, asked.node);
    const NodeBound best = program.minimise(asked.node, objective, *asked.ball, pool, 1, 500, {});
    if (best.empty() || *best.value > 1) continue;
    const std::vector<SlopeAscent::Item> items{{&asked.node, objective.cost(), 1e300, nullptr}};
    std::optional<LiveLayers> live;
    const auto bound = [&](int steps, bool rows) {
      const auto found = SlopeAscent(*asked.problem, *asked.ball, live).run(items, steps, rows, {});
      return prove(*asked.problem, asked.node, items.front().cost,
                   found.results.front().multipliers, *asked.ball)
          .value;
    };
    by_program += *best.value;
    by_ascent += bound(100, true);
    without_rows += bound(100, false);
  }
  EXPECT_LT(without_rows, by_ascent);
  EXPECT_GT(by_ascent, by_program - 0.1 * (by_program - without_rows));
}

// A node that has more phases settled begins with its parent's bound or more, but where a chord was
// better than the phase beyond the relaxation's reach.
TEST(SlopeAscent, ChildrenBeginAtTheirParentsBound) {
  Random random(101);
  int settled = 0, higher = 0, lower = 0, lower_without = 0;
  for (int round = 0; round < 1000; ++round) {
    RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    asked.problem->tell(nullptr, random.uniform() < 0.5);
    const int neuron = random.index(asked.problem->neurons());
    const Cost cost = random.uniform() < 0.5 ? Cost{.margin = true} : Cost{neuron, 1, false, false};
    std::optional<LiveLayers> live;
    const auto bound = [&](const Intervals& node, const Slopes* start, int steps) {
      return SlopeAscent(*asked.problem, *asked.ball, live)
          .run({{&node, cost, 1e300, start}}, steps, true, {})
          .results.front();
    };
    const auto parent = bound(asked.node, nullptr, random.index(6));
    Intervals child = asked.node;
    for (int i = 0; i < asked.problem->neurons(); ++i) {
      if (i == cost.neuron || !child.unstable(i) || random.uniform() < 0.5) continue;
      const auto id = static_cast<std::size_t>(i);
      (random.uniform() < 0.5 ? child.lower[id] : child.upper[id]) = 0;
      ++settled;
    }
    const double tolerance = 1e-4 * (1 + std::abs(parent.value));  // single precision
    const double value = bound(child, &parent.slopes, 0).value;
    higher += value > parent.value + tolerance ? 1 : 0;
    lower += value < parent.value - tolerance ? 1 : 0;
    Slopes without = parent.slopes;
    without.phases = without.phases.cwiseMax(0.0F);
    lower_without += bound(child, &without, 0).value < parent.value - tolerance ? 1 : 0;
  }
  EXPECT_GT(settled, 500);
  EXPECT_GT(higher, 100);
  EXPECT_LT(lower, 20);
  EXPECT_GT(lower_without, 5 * lower);
}

}  // namespace
}  // namespace brink::search
