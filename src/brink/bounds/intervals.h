// L <= y <= U for neurons by number, and interval arithmetic from layer to layer.
//
//     l <= x <= u  =>  y_j >= b_j + sum_i t_i,  t_i = min(w_ji l_i, w_ji u_i)
//                      y_j <= b_j + sum_i T_i,  T_i = max(w_ji l_i, w_ji u_i)
//
// (Moore 1966; for networks: Tjeng et al. 2019, section 4.2.) Rounding. Let n be the number of
// inputs and s the computed value of S = b + sum t_i. Whatever the order of summation, s = b (1 +
// e_0) + sum t_i (1 + e_i) with |e_i| <= gamma_{n+1} (Higham 2002, section 3.1), so S >= s -
// gamma_{n+1} A with A = |b| + sum |t_i|; `rounding(n)` >= gamma_{n+1}, doubled, covers the
// rounding of A and of the final subtraction. The other half makes the bound hold also for the
// value that the forward pass computes from computed activations in [l, u]: that value is b (1 +
// d_0) + sum w_i x_i (1 + d_i), |d_i| <= gamma_{n+1}, and since v - gamma |v| grows with v, each of
// its terms is at least t_i - gamma |t_i|. A is summed over the chosen ends, not over max(|l|,
// |u|): a neuron of nonnegative weights on pixels in [0, 1] keeps its exact lower bound 0. Products
// that underflow err by at most 2^-1074 each, and only where no factor is zero.
//
// Dropped: directed rounding by fesetround: it is slower, and the optimiser does not honour it.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <optional>
#include <vector>

#include "brink/base/box.h"
#include "brink/network/network.h"

namespace brink {

/// Bounds of pre-activations.
struct Intervals {
  std::vector<double> lower, upper;
  std::vector<char> linear = {};  ///< which neurons have no phase: x = y; empty: none

  bool is_linear(int neuron) const {
    return !linear.empty() && linear[static_cast<std::size_t>(neuron)] != 0;
  }
  /// x = y in all of it; x = 0 in all of it; neither.
  bool active(int neuron) const {
    return lower[static_cast<std::size_t>(neuron)] >= 0 || is_linear(neuron);
  }
  bool inactive(int neuron) const {
    return upper[static_cast<std::size_t>(neuron)] <= 0 && !is_linear(neuron);
  }
  bool unstable(int neuron) const {
    return lower[static_cast<std::size_t>(neuron)] < 0 &&
           upper[static_cast<std::size_t>(neuron)] > 0 && !is_linear(neuron);
  }
  /// The least and the largest x.
  double least(int neuron) const {
    const double y = lower[static_cast<std::size_t>(neuron)];
    return is_linear(neuron) ? y : std::max(0.0, y);
  }
  double most(int neuron) const {
    const double y = upper[static_cast<std::size_t>(neuron)];
    return is_linear(neuron) ? y : std::max(0.0, y);
  }
  /// The largest |x|.
  double size(int neuron) const { return std::max(most(neuron), -least(neuron)); }
  /// The ranges of x of `count` neurons.
  Box activations(int first, Eigen::Index count) const;
  int count() const { return static_cast<int>(lower.size()); }
  int unstable_count() const;
  /// No neuron is unstable.
  bool settled() const { return unstable_count() == 0; }
  bool operator==(const Intervals&) const = default;
};

/// What both know; nothing: some interval is empty.
std::optional<Intervals> meet(Intervals a, const Intervals& b);

/// W x + b for x in [low, high], rounded outward. Where doubles overflow: infinite.
Intervals interval_step(const Layer& layer, const double* low, const double* high);

}  // namespace brink
