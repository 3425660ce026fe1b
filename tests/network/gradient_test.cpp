#include "brink/network/gradient.h"

#include <gtest/gtest.h>

#include "random_network.h"

namespace brink {
namespace {

TEST(Gradient, PredictsTheValueWithinALinearPiece) {
  Random random(11);
  for (int round = 0; round < 100; ++round) {
    const Network network = testing::random_network({5, 6, 4, 3}, random);
    const Eigen::VectorXd x = testing::random_point(5, random, -1, 1);
    const Eigen::VectorXd c = testing::random_point(3, random, -1, 1);
    const Gradient at_x = gradient(network, x, c);
    EXPECT_EQ(at_x.value, c.dot(logits(network, x)));
    // No phase changes within this distance: a step of 1 moves y^k by at most the weights' norms.
    double margin = 1, stretch = 1;
    const auto y = pre_activations(network, x);
    for (int k = 1; k < network.depth(); ++k) {
      stretch *= network.layer(k).weights.dense().norm();
      margin = std::min(margin, y[static_cast<std::size_t>(k - 1)].cwiseAbs().minCoeff() / stretch);
    }
    const Eigen::VectorXd step =
        0.9 * margin * testing::random_point(5, random, -1, 1).normalized();
    EXPECT_NEAR(gradient(network, x + step, c).value, at_x.value + at_x.gradient.dot(step),
                1e-12 * (1 + std::abs(at_x.value)));
  }
}

TEST(Gradient, IsZeroBehindDeadNeurons) {
  Random random(12);
  Network network = testing::random_network({3, 4, 2}, random);
  network.layers[0].bias.setConstant(-100);
  const Gradient dead = gradient(network, Eigen::Vector3d(1, 1, 1), Eigen::Vector2d(1, 0));
  EXPECT_EQ(dead.gradient, Eigen::VectorXd(Eigen::Vector3d::Zero()));
  EXPECT_EQ(dead.value, network.layers[1].bias(0));
}

TEST(Gradient, OfASingleLayerIsItsWeights) {
  Random random(13);
  const Network network = testing::random_network({3, 2}, random);
  const Gradient row = gradient(network, Eigen::Vector3d(1, 2, 3), Eigen::Vector2d(0, 1));
  EXPECT_EQ(row.gradient, Eigen::VectorXd(network.layers[0].weights.dense().row(1).transpose()));
}

}  // namespace
}  // namespace brink
