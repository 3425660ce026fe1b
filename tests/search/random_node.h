// A node of a small random search, and a point in it.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "brink/search/tightening.h"
#include "random_network.h"

namespace brink::search {

/// A random question, a point of the ball, and a node that contains it: some neurons' phases fixed
/// as they are there.
struct RandomNode {
  RandomNode(Norm norm, Random& random)
      : network(testing::random_network({4, 5, 4, 3}, random)),
        image(testing::random_point(4, random)) {
    for (int i = 0; i < 2; ++i) {
      region.rows.push_back({testing::random_point(3, random, -1, 1), random.normal()});
    }
    problem.emplace(network, image, Box::uniform(4, 0, 1), region);
    ball.emplace(norm, image, problem->reach(), 0);
    const double share = random.uniform(0.2, 0.9);
    ball->set_radius(norm == Norm::l0 ? 1.0 + random.index(3) : share * ball->largest_radius());
    Eigen::VectorXd direction(4), change;
    for (double& value : direction) value = random.normal();
    ball->support(direction, &change);
    point = problem->image_with(random.uniform() * change);
    const Intervals root = ball_bounds(*problem, *ball);
    node = root;
    const std::vector<bool> active = problem->pattern(point);
    Node splits;
    for (int i = 0; i < problem->neurons(); ++i) {
      if (random.uniform() < 0.5 || !node.unstable(i)) continue;
      const Node child = splits.child({i, active[static_cast<std::size_t>(i)]}, 0);
      const auto within = problem->within(root, child);
      if (!within) continue;  // the point is on the wall
      node = *within;
      splits = child;
    }
  }
  /// y of a hidden neuron at the point.
  double pre_activation(int neuron) const {
    const auto y = pre_activations(network, point);
    const int k = problem->layer_of(neuron);
    return y[static_cast<std::size_t>(k - 1)](neuron - problem->neuron(k, 0));
  }

  Network network;
  Eigen::VectorXd image, point;
  OutputRegion region;
  std::optional<Problem> problem;
  std::optional<Ball> ball;
  Intervals node;
};

inline void expect_within(const RandomNode& asked, const Eigen::VectorXd& x,
                          const Intervals& bounds, int round) {
  const auto y = pre_activations(asked.network, x);
  for (int k = 1; k <= asked.problem->hidden_layers(); ++k) {
    for (int j = 0; j < static_cast<int>(asked.network.width(k)); ++j) {
      const auto id = static_cast<std::size_t>(asked.problem->neuron(k, j));
      const double value = y[static_cast<std::size_t>(k - 1)](j);
      EXPECT_GE(value, bounds.lower[id] - 1e-12) << round << ", layer " << k << ", " << j;
      EXPECT_LE(value, bounds.upper[id] + 1e-12) << round << ", layer " << k << ", " << j;
    }
  }
}

}  // namespace brink::search
