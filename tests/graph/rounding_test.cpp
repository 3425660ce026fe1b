// What lowering rounds, against the same graph computed in long double: the distance between the
// two is never more than what is said of it, and what is said is not much more than rounding.
#include "brink/bounds/rounding.h"

#include <gtest/gtest.h>

#include "brink/graph/units.h"
#include "brink/network/normalise.h"
#include "random_network.h"

namespace brink {
namespace {

using Real = long double;
using Reals = Eigen::Matrix<Real, Eigen::Dynamic, 1>;
using graph::Affine;

Reals real(const Eigen::VectorXd& v) {
  return v.cast<Real>();
}

/// A value as the graph has it, and as long double computes it from the inputs.
struct Both {
  Affine form;
  Reals value;
};

/// A random graph over four inputs, computed at one point beside. One seed draws one graph,
/// whatever the point.
class RandomGraph {
 public:
  RandomGraph(std::uint64_t seed, const Eigen::VectorXd& x) : random_(seed), units_(x.size()) {
    values_.push_back({units_.inputs(), real(x)});
    for (int step = 0; step < 9; ++step) add();
    const Both all = mapped(values_.back(), 2);
    values_.push_back({all.form + mapped_of_first(all), all.value + first_});
  }
  const Both& output() const { return values_.back(); }
  Expected<Network> network() const { return lower(units_.blocks(), values_.back().form); }

 private:
  Both any() {
    return values_[static_cast<std::size_t>(random_.index(static_cast<int>(values_.size())))];
  }
  Eigen::VectorXd numbers(Eigen::Index count) {
    Eigen::VectorXd result(count);
    for (double& each : result) each = random_.normal();
    return result;
  }
  Both mapped(const Both& v, Eigen::Index rows) {
    Eigen::MatrixXd map(rows, v.form.size());
    for (double& each : map.reshaped()) each = random_.normal();
    const Eigen::VectorXd shift = numbers(rows);
    return {graph::mapped(v.form, graph::Matrix(map), shift),
            map.cast<Real>() * v.value + real(shift)};
  }
  /// The inputs once more, as a skip connection to the end.
  Affine mapped_of_first(const Both& beside) {
    const Both skip = mapped(values_.front(), beside.form.size());
    first_ = skip.value;
    return skip.form;
  }
  Both scaled(const Both& v) {
    const Eigen::VectorXd scale = numbers(v.form.size()), shift = numbers(v.form.size());
    return {graph::scaled(v.form, scale, shift), real(scale).cwiseProduct(v.value) + real(shift)};
  }
  void add() {
    const Both v = any();
    const Real zero = 0;
    switch (random_.index(7)) {
      case 0:
        values_.push_back(mapped(v, 3 + random_.index(3)));
        break;
      case 1:
        values_.push_back(scaled(v));
        break;
      case 2:
        values_.push_back({units_.relu(v.form), v.value.cwiseMax(zero)});
        break;
      case 3: {
        const Eigen::VectorXd slope = numbers(v.form.size());
        const Reals below = real(slope).cwiseProduct(v.value);
        values_.push_back(
            {units_.leaky(v.form, slope), (v.value.array() < 0).select(below, v.value)});
        break;
      }
      case 4: {
        const Both a = mapped(v, 3), b = mapped(any(), 3);
        values_.push_back({units_.larger(a.form, b.form), a.value.cwiseMax(b.value)});
        break;
      }
      case 5: {
        const Both a = mapped(v, 4), b = scaled(a);
        values_.push_back({a.form + b.form, a.value + b.value});
        break;
      }
      default:
        values_.push_back({units_.absolute(v.form), v.value.cwiseAbs()});
    }
  }

  Random random_;
  graph::Units units_;
  std::vector<Both> values_;
  Reals first_;
};

/// The lowered network in long double.
Reals outputs_of(const Network& network, const Eigen::VectorXd& x) {
  Reals value = real(x);
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    value = layer.weights.to_dense().cast<Real>() * value + real(layer.bias);
    for (Eigen::Index j = 0; k < network.depth() && j < value.size(); ++j) {
      if (!layer.is_linear(j)) value(j) = std::max<Real>(0, value(j));
    }
  }
  return network.output == OutputKind::relu ? value.cwiseMax(Real(0)) : value;
}

TEST(Rounding, IsNeverMoreThanIsSaid) {
  int rounded = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Box box = Box::uniform(4, -1, 2);
    const auto network = RandomGraph(seed, box.lower).network();
    ASSERT_TRUE(network.has_value()) << network.error().message;
    const auto distance = distance_from_file(*network, box);
    ASSERT_FALSE(distance.empty());
    Random points(seed);
    const double size = interval_bounds(*network, box).at(network->depth(), 0).upper + 1;
    EXPECT_LE(distance.back().maxCoeff(), 1e-10 * std::abs(size)) << "seed " << seed;
    for (int i = 0; i < 20; ++i) {
      const Eigen::VectorXd x = testing::random_point(4, points, -1, 2);
      const Reals exact = RandomGraph(seed, x).output().value;
      const Reals found = outputs_of(*network, x);
      for (Eigen::Index j = 0; j < found.size(); ++j) {
        const auto apart = static_cast<double>(std::abs(exact(j) - found(j)));
        EXPECT_LE(apart, distance.back()(j)) << "seed " << seed << ", output " << j;
        rounded += apart > 1e-18 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(rounded, 3000);  // there was something to say
}

TEST(Rounding, ChainsAreTheFilesDigitByDigit) {
  Random random(5);
  graph::Units units(3);
  Affine value = units.inputs();
  for (const int size : {5, 4, 2}) {
    Eigen::MatrixXd map(size, value.size());
    for (double& each : map.reshaped()) each = random.normal();
    value = graph::mapped(value, graph::Matrix(map), Eigen::VectorXd::Ones(size));
    if (size != 2) value = units.relu(value);
  }
  const auto network = lower(units.blocks(), value);
  ASSERT_TRUE(network.has_value());
  EXPECT_TRUE(distance_from_file(*network, Box::uniform(3, 0, 1)).empty());
}

TEST(Rounding, NormalisedInputsHaveTheirs) {
  Random random(6);
  const Network plain = testing::random_network({6, 5, 3}, random);
  Network network = plain;
  const Normalisation by{testing::random_point(6, random),
                         testing::random_point(6, random, 0.1, 1)};
  normalise_inputs(network, by);
  const Box box = Box::uniform(6, 0, 1);
  const auto distance = distance_from_file(network, box);
  ASSERT_FALSE(distance.empty());
  EXPECT_LE(distance.back().maxCoeff(), 1e-11);
  for (int i = 0; i < 200; ++i) {
    const Eigen::VectorXd x = testing::random_point(6, random);
    Reals value = (real(x) - real(by.mean)).cwiseQuotient(real(by.deviation));
    value = (plain.layer(1).weights.to_dense().cast<Real>() * value + real(plain.layer(1).bias))
                .cwiseMax(Real(0));
    value = plain.layer(2).weights.to_dense().cast<Real>() * value + real(plain.layer(2).bias);
    const Reals found = outputs_of(network, x);
    for (Eigen::Index j = 0; j < 3; ++j) {
      EXPECT_LE(static_cast<double>(std::abs(value(j) - found(j))), distance.back()(j));
    }
  }
}

TEST(Rounding, BoundsAreWidened) {
  Random random(8);
  Network network = testing::random_network({3, 4, 2}, random);
  const Box box = Box::uniform(3, 0, 1);
  Bounds bounds = interval_bounds(network, box);
  const Bounds before = bounds;
  widen(bounds, distance_from_file(network, box));
  EXPECT_EQ(bounds.at(2, 0).lower, before.at(2, 0).lower);
  network.layers[0].rounding = Eigen::VectorXd::Constant(4, 1e-9);
  widen(bounds, distance_from_file(network, box));
  for (int j = 0; j < 4; ++j) {
    EXPECT_LE(bounds.at(1, j).lower, before.at(1, j).lower - 1e-9);
    EXPECT_GE(bounds.at(1, j).upper, before.at(1, j).upper + 1e-9);
  }
  EXPECT_LT(bounds.at(2, 1).lower, before.at(2, 1).lower);
}

}  // namespace
}  // namespace brink
