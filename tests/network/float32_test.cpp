#include "brink/network/float32.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "random_network.h"

namespace brink::testing {
namespace {

/// A float32 pass whose sums are taken in a random order, in one run or in halves, with fused
/// multiply-add or without.
Eigen::VectorXf shuffled_pass(const Network& network, const Eigen::VectorXd& x, Random& random) {
  Eigen::VectorXf activation = x.cast<float>();
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    Eigen::VectorXf y(layer.bias.size());
    std::vector<Eigen::Index> order(static_cast<std::size_t>(activation.size()) + 1);
    std::iota(order.begin(), order.end(), 0);
    for (Eigen::Index j = 0; j < y.size(); ++j) {
      for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[static_cast<std::size_t>(random.index(static_cast<int>(i)))]);
      }
      const bool halves = random.index(2) == 0, fused = random.index(2) == 0;
      float sums[2] = {0, 0};
      for (std::size_t i = 0; i < order.size(); ++i) {
        float& sum = sums[halves ? i % 2 : 0];
        const Eigen::Index p = order[i];
        if (p == activation.size()) {
          sum += static_cast<float>(layer.bias(j));
        } else if (fused) {
          sum = std::fma(static_cast<float>(layer.weights.dense()(j, p)), activation(p), sum);
        } else {
          sum += static_cast<float>(layer.weights.dense()(j, p)) * activation(p);
        }
      }
      y(j) = sums[0] + sums[1];
    }
    const bool clipped = k < network.depth() || network.output == OutputKind::relu;
    activation = clipped ? y.cwiseMax(0.0F).eval() : y;
  }
  return activation;
}

double error_of_lead(const Eigen::VectorXf& y32, const Eigen::VectorXd& y, int target) {
  double most = 0;
  for (Eigen::Index j = 0; j < y.size(); ++j) {
    const double led = static_cast<double>(y32(target)) - static_cast<double>(y32(j));
    most = std::max(most, std::abs(led - (y(target) - y(j))));
  }
  return most;
}

TEST(Float32, EveryOrderOfSummationIsWithinTheDoubt) {
  Random random(5);
  double largest_share = 0;
  for (int i = 0; i < 60; ++i) {
    const Network network = random_network({30, 12, 10, 8, 4}, random, 2.0);
    const Eigen::VectorXd x = random_point(30, random);
    const Eigen::VectorXd y = logits(network, x);
    for (int target = 0; target < 4; ++target) {
      const double doubt = float32_doubt(network, x, target);
      for (int pass = 0; pass < 10; ++pass) {
        const double error = error_of_lead(shuffled_pass(network, x, random), y, target);
        ASSERT_LE(error, doubt);
        largest_share = std::max(largest_share, error / doubt);
      }
    }
  }
  EXPECT_GT(largest_share, 0.005);  // a bound, not a blanket
}

/// Between two points of different classes, next to the boundary: what survives is never taken for
/// another class, and almost nothing nearer than the doubt survives.
TEST(Float32, WhatSurvivesIsTakenForTheTargetInEveryOrder) {
  Random random(9);
  int survivors = 0, others = 0;
  for (int i = 0; i < 300; ++i) {
    const OutputKind output = i % 2 == 0 ? OutputKind::linear : OutputKind::relu;
    const Network network = random_network({20, 10, 10, 3}, random, 2.0, output);
    const Eigen::VectorXd a = random_point(20, random);
    Eigen::VectorXd b = random_point(20, random);
    const int target = classify(network, b);
    if (target < 0 || classify(network, a) == target) continue;
    Eigen::VectorXd outside = a;
    for (int step = 0; step < 10 + i % 16; ++step) {
      const Eigen::VectorXd middle = 0.5 * (outside + b);
      (classify(network, middle) == target ? b : outside) = middle;
    }
    const bool survives = survives_float32(network, b, target);
    (survives ? survivors : others) += 1;
    for (int pass = 0; survives && pass < 30; ++pass) {
      const Eigen::VectorXf y = shuffled_pass(network, b, random);
      EXPECT_EQ((y.array() >= y(target)).count(), 1);
    }
  }
  EXPECT_GT(survivors, 10);
  EXPECT_GT(others, 10);
}

TEST(Float32, ATieIsTakenForNeither) {
  Network network;
  network.layers.push_back({Eigen::MatrixXd::Identity(2, 2), Eigen::VectorXd::Zero(2)});
  const Eigen::VectorXd tie = Eigen::VectorXd::Constant(2, 0.5);
  EXPECT_FALSE(fools_float32(network, tie, 0));
  EXPECT_FALSE(survives_float32(network, tie, 0));
  const Eigen::Vector2d led(0.5 + 1e-5, 0.5);
  EXPECT_TRUE(fools_float32(network, led, 0));
  EXPECT_TRUE(survives_float32(network, led, 0));
  const Eigen::Vector2d hardly(0.5 + 1e-12, 0.5);  // equal in float32
  EXPECT_FALSE(fools_float32(network, hardly, 0));
  EXPECT_FALSE(survives_float32(network, hardly, 0));
}

TEST(Float32, SparseLayersAreDoubtedAsDenseOnes) {
  Random random(8);
  Network dense = random_network({20, 15, 12, 9, 3}, random, 2.0);
  for (Layer& layer : dense.layers) {
    for (double& weight : layer.weights.dense().reshaped()) {
      if (random.index(3) > 0) weight = 0;
    }
  }
  for (int kinds = 1; kinds < 16; ++kinds) {  // which layers are sparse
    Network mixed = dense;
    for (int k = 0; k < 4; ++k) {
      if ((kinds >> k & 1) == 0) continue;
      Layer& layer = mixed.layers[static_cast<std::size_t>(k)];
      layer.weights = LinearMap(LinearMap::Sparse(layer.weights.dense().sparseView()));
    }
    const Eigen::VectorXd x = random_point(20, random);
    const double doubt = float32_doubt(dense, x, 1);
    EXPECT_NEAR(float32_doubt(mixed, x, 1), doubt, 1e-12 * doubt) << kinds;
  }
}

}  // namespace
}  // namespace brink::testing
