// Interval and symbolic bounds: sound on every input tried, tight where they can be.
#include <gtest/gtest.h>

#include "bounds_cases.h"
#include "brink/bounds/bounds.h"

namespace brink {

namespace {

Layer layer(const Eigen::MatrixXd& weights, const Eigen::VectorXd& bias) {
  return {weights, bias};
}

/// y^1 = (x_0 - x_1, x_0 + x_1 - 1), y^2 = x_0^1 + x_1^1.
Network hand_made() {
  Network network;
  network.layers.push_back(
      layer((Eigen::MatrixXd(2, 2) << 1, -1, 1, 1).finished(), Eigen::Vector2d(0, -1)));
  network.layers.push_back(layer(Eigen::MatrixXd::Ones(1, 2), Eigen::VectorXd::Zero(1)));
  return network;
}

constexpr double kRounding = 1e-13;

TEST(Interval, HandMade) {
  const Bounds bounds = interval_bounds(hand_made(), Box::uniform(2, 0, 1));
  for (Eigen::Index j = 0; j < 2; ++j) {
    EXPECT_NEAR(bounds.at(1, j).lower, -1, kRounding);
    EXPECT_NEAR(bounds.at(1, j).upper, 1, kRounding);
  }
  EXPECT_NEAR(bounds.at(2, 0).lower, 0, kRounding);
  EXPECT_NEAR(bounds.at(2, 0).upper, 2, kRounding);
  EXPECT_EQ(bounds.unstable_count(), 2);
  EXPECT_EQ(bounds.method, "interval");
  EXPECT_EQ(bounds.network, content_hash(hand_made()));
}

// relu(y) <= (y + 1) / 2 for both: y^2 <= (x_0 - x_1 + 1) / 2 + (x_0 + x_1) / 2 = x_0 + 1/2.
TEST(Symbolic, HandMade) {
  const Bounds bounds = symbolic_bounds(hand_made(), Box::uniform(2, 0, 1));
  EXPECT_NEAR(bounds.at(2, 0).upper, 1.5, kRounding);
  EXPECT_EQ(bounds.at(2, 0).upper_source, BoundSource::symbolic);
  EXPECT_NEAR(bounds.at(2, 0).lower, 0, kRounding);
}

TEST(Symbolic, ManyNeuronsAreBoundedAsEachIsAlone) {
  Random random(5);
  const Network many = testing::random_network({3, 4, 300}, random);
  const Box box = Box::uniform(3, 0, 1);
  const Bounds bounds = symbolic_bounds(many, box);
  for (const Eigen::Index j : {0, 255, 256, 299}) {
    Network one = many;
    one.layers[1] =
        layer(many.layer(2).weights.to_dense().row(j), many.layer(2).bias.segment(j, 1));
    const NeuronBounds alone = symbolic_bounds(one, box).at(2, 0);
    EXPECT_NEAR(bounds.at(2, j).lower, alone.lower, 1e-11) << j;
    EXPECT_NEAR(bounds.at(2, j).upper, alone.upper, 1e-11) << j;
  }
}

TEST(Symbolic, WithoutTimeManyNeuronsKeepTheirIntervals) {
  Random random(6);
  const Network network = testing::random_network({3, 4, 300}, random);
  const Box box = Box::uniform(3, 0, 1);
  const Bounds whole = symbolic_bounds(network, box), interval = interval_bounds(network, box);
  const Bounds bounds = symbolic_bounds(network, box, Deadline::after(0));
  bool looser = false;
  for (Eigen::Index j = 0; j < 300; ++j) {
    const Bounds& like = j < 256 ? whole : interval;
    EXPECT_EQ(bounds.at(2, j).lower, like.at(2, j).lower);
    EXPECT_EQ(bounds.at(2, j).upper, like.at(2, j).upper);
    EXPECT_EQ(bounds.at(2, j).upper_source, like.at(2, j).upper_source);
    looser |= j >= 256 && bounds.at(2, j).upper > whole.at(2, j).upper + 0.1;
  }
  EXPECT_TRUE(looser);
}

TEST(Interval, NonnegativeTermsKeepTheirZero) {
  Network network;
  network.layers.push_back(layer(Eigen::MatrixXd::Ones(1, 3), Eigen::VectorXd::Zero(1)));
  const Bounds bounds = interval_bounds(network, Box::uniform(3, 0, 1));
  EXPECT_EQ(bounds.at(1, 0).lower, 0);
  EXPECT_TRUE(bounds.at(1, 0).always_active());
}

TEST(Methods, EveryInputLiesWithin) {
  for (const auto& c : testing::bounds_cases()) {
    const Bounds interval = interval_bounds(c.network, c.box);
    const Bounds symbolic = symbolic_bounds(c.network, c.box);
    testing::visit_inputs(c, 3000, 5, [&](const Eigen::VectorXd& x) {
      ASSERT_EQ(testing::outside(c.network, interval, x), "") << c.name;
      ASSERT_EQ(testing::outside(c.network, symbolic, x), "") << c.name;
    });
  }
}

TEST(Methods, SymbolicIsNeverLooser) {
  bool tighter = false;
  for (const auto& c : testing::bounds_cases()) {
    const Bounds interval = interval_bounds(c.network, c.box);
    const Bounds symbolic = symbolic_bounds(c.network, c.box);
    for (int k = 1; k <= c.network.depth(); ++k) {
      for (Eigen::Index j = 0; j < c.network.width(k); ++j) {
        EXPECT_GE(symbolic.at(k, j).lower, interval.at(k, j).lower) << c.name;
        EXPECT_LE(symbolic.at(k, j).upper, interval.at(k, j).upper) << c.name;
        tighter |= symbolic.at(k, j).upper < interval.at(k, j).upper - 0.1;
      }
    }
  }
  EXPECT_TRUE(tighter);
}

// Without unstable neurons the network is affine, and backward substitution finds its range.
TEST(Symbolic, ExactOnAffineNetworks) {
  Random random(3);
  Network network = testing::random_network({6, 5, 4, 3}, random);
  network.layers[0].bias.array() += 40;
  network.layers[1].bias << 300, -300, 300, -300;
  const Box box = Box::uniform(6, -1, 1);
  const Bounds bounds = symbolic_bounds(network, box);
  ASSERT_EQ(bounds.unstable_count(), 0);
  for (Eigen::Index j = 0; j < 3; ++j) {
    for (const double sign : {1.0, -1.0}) {
      const Eigen::VectorXd x = testing::climb(network, box, 3, j, sign, box.lower);
      const double value = logits(network, x)(j);
      EXPECT_NEAR(value, sign > 0 ? bounds.at(3, j).upper : bounds.at(3, j).lower, 1e-10);
    }
  }
}

TEST(Methods, APointHasNoWidth) {
  for (const auto& c : testing::bounds_cases()) {
    if (c.name != "a point") continue;
    const Bounds bounds = symbolic_bounds(c.network, c.box);
    for (Eigen::Index j = 0; j < c.network.output_size(); ++j) {
      EXPECT_LE(bounds.at(c.network.depth(), j).upper - bounds.at(c.network.depth(), j).lower,
                1e-11);
    }
  }
}

TEST(Intersect, SideBySideWithSources) {
  const NeuronBounds a{-2, 3, BoundSource::interval, BoundSource::interval};
  const NeuronBounds b{-1, 4, BoundSource::lp, BoundSource::lp};
  const NeuronBounds both = intersect(a, b);
  EXPECT_EQ(both.lower, -1);
  EXPECT_EQ(both.upper, 3);
  EXPECT_EQ(both.lower_source, BoundSource::lp);
  EXPECT_EQ(both.upper_source, BoundSource::interval);
  const NeuronBounds same{-2, 3, BoundSource::exact, BoundSource::symbolic};
  EXPECT_EQ(intersect(a, same).lower_source, BoundSource::exact);  // says more, value the same
  EXPECT_EQ(intersect(same, a).lower_source, BoundSource::exact);
}

}  // namespace

}  // namespace brink
