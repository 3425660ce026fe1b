// Interval arithmetic, layer by layer (Moore 1966; for networks: Tjeng et al. 2019, section 4.2).
//
//     l <= x^{k-1} <= u  =>  y_j >= b_j + sum_i t_i,  t_i = min(w_ji l_i, w_ji u_i)
//                            y_j <= b_j + sum_i T_i,  T_i = max(w_ji l_i, w_ji u_i)
//
// Rounding. Let n = n_{k-1} and s the computed value of S = b + sum t_i. Whatever the order of
// summation, s = b (1 + e_0) + sum t_i (1 + e_i) with |e_i| <= gamma_{n+1} (Higham 2002, section
// 3.1), so S >= s - gamma_{n+1} A with A = |b| + sum |t_i|; `rounding(n)` >= gamma_{n+1}, doubled,
// covers the rounding of A and of the final subtraction. The other half makes the bound hold
// also for the value that the forward pass computes from computed activations in [l, u]: that value
// is b (1 + d_0) + sum w_i x_i (1 + d_i), |d_i| <= gamma_{n+1}, and since v - gamma |v| grows with
// v, each of its terms is at least t_i - gamma |t_i|. A is summed over the chosen ends, not over
// max(|l|, |u|): a neuron of nonnegative weights on pixels in [0, 1] keeps its exact lower bound 0.
// Products that underflow err by at most 2^-1074 each, and only where no factor is zero.
//
// Dropped: directed rounding by fesetround: it is slower, and the optimiser does not honour it.
#include <cmath>
#include <limits>

#include "brink/base/deadline.h"
#include "range.h"

namespace brink {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

/// Lower bounds of W x + b over the range.
Eigen::VectorXd lower_ends(const Eigen::MatrixXd& weights, const Eigen::VectorXd& bias,
                           const Box& range) {
  const Eigen::MatrixXd positive = weights.cwiseMax(0.0);
  const Eigen::MatrixXd negative = weights.cwiseMin(0.0);
  const Eigen::VectorXd sum = positive * range.lower + negative * range.upper + bias;
  const Eigen::VectorXd size =
      positive * range.lower.cwiseAbs() - negative * range.upper.cwiseAbs() + bias.cwiseAbs();
  const auto nonzero = [](const auto& values) {
    return (values.array() != 0).template cast<double>().matrix();
  };
  const Eigen::VectorXd products =
      nonzero(positive) * nonzero(range.lower) + nonzero(negative) * nonzero(range.upper);
  const double gamma = 2 * rounding(weights.cols());
  return sum - gamma * size - 4 * kSmallest * products;
}

}  // namespace

std::vector<NeuronBounds> interval_layer(const Network& network, const Bounds& known, int k) {
  const Layer& layer = network.layer(k);
  const Box range = activations(known, k - 1);
  const Eigen::VectorXd lower = lower_ends(layer.weights, layer.bias, range);
  const Eigen::VectorXd upper = -lower_ends(-layer.weights, -layer.bias, range);
  // Nothing is tighter on the first layer: its inputs are a box.
  const BoundSource source = k == 1 ? BoundSource::exact : BoundSource::interval;
  std::vector<NeuronBounds> result;
  for (Eigen::Index j = 0; j < lower.size(); ++j) {
    // Overflow (infinity - infinity) leaves NaN: then nothing is known.
    const double low = std::isnan(lower(j)) ? -kInfinite : lower(j);
    const double high = std::isnan(upper(j)) ? kInfinite : upper(j);
    result.push_back({low, high, source, source});
  }
  return result;
}

Bounds interval_bounds(const Network& network, const Box& box) {
  const Stopwatch watch;
  Bounds bounds;
  bounds.network = content_hash(network);
  bounds.box = box;
  bounds.method = "interval";
  for (int k = 1; k <= network.depth(); ++k) {
    bounds.layers.push_back(interval_layer(network, bounds, k));
  }
  bounds.t_pre = watch.seconds();
  return bounds;
}

}  // namespace brink
