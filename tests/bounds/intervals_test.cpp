// A step of interval arithmetic: the ends that it must reach, however the weights are stored.
#include "brink/bounds/intervals.h"

#include <gtest/gtest.h>

#include <limits>

#include "brink/base/random.h"
#include "brink/network/network.h"

namespace brink {
namespace {

/// Layers of 1 to 11 inputs, some of which are 0 and some weights too.
struct Case {
  Layer layer;
  Eigen::VectorXd low, high;

  explicit Case(Random& random) {
    const auto inputs = static_cast<Eigen::Index>(1 + random.next() % 11);
    const auto width = static_cast<Eigen::Index>(1 + random.next() % 9);
    Eigen::MatrixXd weights(width, inputs);
    for (double& w : weights.reshaped()) w = random.uniform(0, 1) < 0.3 ? 0 : random.normal();
    layer.bias = Eigen::VectorXd(width);
    for (double& b : layer.bias) b = random.normal();
    low = high = Eigen::VectorXd::Zero(inputs);
    for (Eigen::Index i = 0; i < inputs; ++i) {
      if (random.uniform(0, 1) < 0.2) continue;
      low(i) = random.normal();
      high(i) = low(i) + random.uniform(0, 2);
    }
    layer.weights = LinearMap(weights);
  }
  Layer sparse() const {
    return {LinearMap(LinearMap::Sparse(layer.weights.dense().sparseView())), layer.bias};
  }
  Intervals step(const Layer& of) const { return interval_step(of, low.data(), high.data()); }
};

TEST(IntervalStep, ReachesItsEndsHoweverWeightsAreStored) {
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    const Case made(random);
    const Eigen::MatrixXd w = made.layer.weights.dense();
    const Eigen::VectorXd least =
        w.cwiseMax(0) * made.low + w.cwiseMin(0) * made.high + made.layer.bias;
    const Eigen::VectorXd most =
        w.cwiseMax(0) * made.high + w.cwiseMin(0) * made.low + made.layer.bias;
    for (const Layer& layer : {made.layer, made.sparse()}) {
      const Intervals step = made.step(layer);
      for (Eigen::Index j = 0; j < least.size(); ++j) {
        const auto id = static_cast<std::size_t>(j);
        EXPECT_NEAR(step.lower[id], least(j), 1e-12);
        EXPECT_NEAR(step.upper[id], most(j), 1e-12);
        EXPECT_LE(step.lower[id], least(j) + 1e-15);
        EXPECT_GE(step.upper[id], most(j) - 1e-15);
      }
    }
  }
}

TEST(IntervalStep, NothingIsKnownBeyondWhatDoublesHold) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Layer layer{Eigen::MatrixXd::Ones(1, 2), Eigen::VectorXd::Zero(1)};
  const double low[] = {-infinity, 1}, high[] = {infinity, 2};
  const Intervals step = interval_step(layer, low, high);
  EXPECT_EQ(step.lower[0], -infinity);
  EXPECT_EQ(step.upper[0], infinity);
}

}  // namespace
}  // namespace brink
