// The largest value of a neuron over a box; that it is the true one is tested against enumeration
// (tests/oracle/visualize_oracle_test.cpp, bounds_oracle_test.cpp).
#include "brink/search/extreme.h"

#include <gtest/gtest.h>

#include "brink/bounds/bounds.h"
#include "random_network.h"

namespace brink::search {
namespace {

struct ExtremeAsked {
  explicit ExtremeAsked(std::uint64_t seed) {
    Random random(seed);
    network = testing::random_network({60, 8, 8, 8, 2}, random, 1.8);
    bounds = symbolic_bounds(network, Box::uniform(60, 0, 1));
  }
  ExtremeResult answer(int k, double sign, const ExtremeOptions& options = {},
                       double seconds = 60) const {
    Eigen::VectorXd c = Eigen::VectorXd::Zero(network.width(k));
    c(0) = sign;
    return search_extreme(network, bounds, k, c, Deadline::after(seconds), options);
  }
  /// Exact bounds on the layers before k, by the search itself.
  void tighten(int k) {
    for (int layer = 2; layer < k; ++layer) {
      for (int j = 0; j < bounds.width(layer); ++j) {
        const auto c = Eigen::VectorXd::Unit(network.width(layer), j);
        NeuronBounds neuron = bounds.at(layer, j);
        neuron.upper = search_extreme(network, bounds, layer, c, {}).bound;
        neuron.lower = -search_extreme(network, bounds, layer, -c, {}).bound;
        bounds.set(layer, j, neuron);
      }
    }
  }

  Network network;
  Bounds bounds;
};

// Sides tighter than the ball's own once kept nodes from being bounded at all.
TEST(Extreme, TighterBoundsChangeTheWorkNotTheAnswer) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    ExtremeAsked asked(seed);
    for (const double sign : {1.0, -1.0}) {
      const ExtremeResult loose = asked.answer(4, sign);
      ASSERT_TRUE(loose.finished);
      ExtremeAsked tight = asked;
      tight.tighten(4);
      const ExtremeResult again = tight.answer(4, sign);
      EXPECT_TRUE(again.finished) << "seed " << seed;
      EXPECT_NEAR(again.value, loose.value, 3e-7 * std::max(1.0, std::abs(loose.value)));
      EXPECT_LE(again.statistics.nodes, 5 * loose.statistics.nodes + 50) << "seed " << seed;
    }
  }
}

TEST(Extreme, DepthFirstOnceTooManyNodesAreOpen) {
  const ExtremeAsked asked(3);
  ExtremeOptions few;
  few.most_open = 3;
  const ExtremeResult best_first = asked.answer(4, 1), depth_first = asked.answer(4, 1, few);
  ASSERT_TRUE(best_first.finished);
  EXPECT_GT(best_first.statistics.nodes, 10);
  EXPECT_TRUE(depth_first.finished);
  EXPECT_NEAR(depth_first.value, best_first.value, 3e-7 * std::max(1.0, best_first.value));
}

TEST(Extreme, StoppedBoundHolds) {
  const ExtremeAsked asked(4);
  const ExtremeResult whole = asked.answer(4, 1);
  ASSERT_TRUE(whole.finished);
  for (const double seconds : {0.0, 1e-3, 5e-3, 2e-2}) {
    const ExtremeResult part = asked.answer(4, 1, {}, seconds);
    EXPECT_GE(part.bound, whole.value - 1e-9);
    EXPECT_LE(part.value, whole.bound);
  }
}

}  // namespace
}  // namespace brink::search
