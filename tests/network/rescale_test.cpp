#include "brink/network/rescale.h"

#include <gtest/gtest.h>

#include <cmath>

#include "random_network.h"

namespace brink::testing {
namespace {

Exponents some_exponents(const Network& network, Random& random, double largest) {
  Exponents result;
  for (const Layer& layer : network.layers) {
    result.emplace_back();
    for (Eigen::Index j = 0; j < layer.bias.size(); ++j) {
      result.back().push_back(static_cast<int>(random.uniform(-largest, largest)));
    }
  }
  return result;
}

TEST(Rescale, KeepsEveryDigit) {
  Random random(3);
  for (int i = 0; i < 50; ++i) {
    const Network network = random_network({4, 5, 3, 3}, random);
    const Exponents exponents = some_exponents(network, random, 40);
    const auto other = rescaled(network, exponents);
    ASSERT_TRUE(other);
    const Eigen::VectorXd x = random_point(4, random);
    const auto y = pre_activations(network, x), scaled = pre_activations(*other, x);
    for (std::size_t k = 0; k < y.size(); ++k) {
      for (Eigen::Index j = 0; j < y[k].size(); ++j) {
        EXPECT_EQ(scaled[k](j), std::ldexp(y[k](j), exponents[k][static_cast<std::size_t>(j)]));
      }
    }
  }
}

TEST(Rescale, RefusesToLoseDigits) {
  Random random(1);
  const Network network = random_network({2, 2, 2}, random);
  const Exponents huge{{1100, 0}, {0, 0}}, tiny{{-1060, 0}, {0, 0}};
  EXPECT_FALSE(rescaled(network, huge));
  EXPECT_FALSE(rescaled(network, tiny));
}

}  // namespace
}  // namespace brink::testing
