// Backward substitution with linear relaxations (CROWN, Zhang et al. 2018), many neurons at once.
//
// To bound y^k from above write it as A x^{k-1} + c and walk back. From x^i to y^i, for a neuron
// with L < 0 < U (stable and linear ones are x = y or x = 0):
//     where its coefficient is positive:  x <= s y + t,  s = U / (U - L),  t = -s L
//     where it is negative:               x >= a y,      a = 1 if U > -L else 0 (the smaller area)
// then y^i = W^i x^{i-1} + b^i. At the input the box decides. The lower bound is minus the upper
// bound of -y.
//
// Rounding. The slope s is whatever double it is: the line above is valid once t >= -s L and
// t >= (1 - s) U, and t is computed as the larger of both, rounded up. What is substituted at each
// step is then the computed form, and the difference from the exact one is charged to `doubt`:
//     a y -> fl(a s) y:     u |a s| |y|
//     A y -> fl(A W), c:    gamma_{n_i + 1} |A| (|W| X + |b|),  X >= |x^{i-1}| over the box
// and |y| <= V = |W| X + |b|, so gamma |A| V with a few more operations covers both. `size` sums
// the absolute values of everything added to c, at most once per neuron passed; the sum of N such
// terms errs by gamma_N of it. With `rounding` twice as large as gamma, doubt and size may
// themselves be rounded sums. If every bound so far is finite all of this is.
//
// Intersected with interval arithmetic, which is sometimes tighter (a = 0 or 1 is a guess).
// Dropped: optimised slopes (alpha-CROWN): the LP is there when more is wanted.
#include <limits>

#include "range.h"

namespace brink {

namespace {

/// Rows a x + c (or a y + c) that bound what is asked from above, up to `doubt` and rounding of c.
struct Rows {
  Eigen::MatrixXd a;
  Eigen::VectorXd c;
  Eigen::VectorXd size;    ///< sum of |.| of the terms of c
  Eigen::VectorXd doubt;   ///< how far the rows may lie below the exact ones
  Eigen::Index terms = 0;  ///< of c
};

/// x <= s y + t on [L, U].
struct UpperLine {
  double s = 0, t = 0;
};

UpperLine upper_line(const NeuronBounds& b) {
  UpperLine line;
  line.s = b.upper / (b.upper - b.lower);
  const double t = std::max(-line.s * b.lower, (1 - line.s) * b.upper);
  line.t = t * (1 + 8 * kUnit) + std::numeric_limits<double>::min();
  return line;
}

/// From coefficients on x^i to coefficients on y^i.
void relax(Rows& rows, const Bounds& known, int i) {
  for (Eigen::Index j = 0; j < rows.a.cols(); ++j) {
    const NeuronBounds b = known.at(i, j);
    if (b.always_active()) continue;
    if (b.always_inactive()) {
      rows.a.col(j).setZero();
      continue;
    }
    const UpperLine line = upper_line(b);
    const double below = b.upper > -b.lower ? 1 : 0;
    for (Eigen::Index r = 0; r < rows.a.rows(); ++r) {
      double& a = rows.a(r, j);
      if (a > 0) {
        rows.c(r) += a * line.t;
        rows.size(r) += a * line.t;
        a *= line.s;
      } else {
        a *= below;
      }
    }
  }
  rows.terms += rows.a.cols();
}

/// From coefficients on y^i to coefficients on x^{i-1}, which lies in `range`.
void substitute(Rows& rows, const Layer& layer, const Box& range) {
  const Eigen::VectorXd x = range.lower.cwiseAbs().cwiseMax(range.upper.cwiseAbs());
  const Eigen::VectorXd y = layer.weights.absolute(x) + layer.bias.cwiseAbs();
  const Eigen::MatrixXd a = rows.a.cwiseAbs();
  rows.doubt += rounding(layer.weights.rows() + layer.weights.cols() + 4) * (a * y);
  rows.c += rows.a * layer.bias;
  rows.size += a * layer.bias.cwiseAbs();
  rows.terms += layer.weights.rows();
  rows.a = layer.weights.after(rows.a);
}

/// The largest value of the rows over the box of inputs.
Eigen::VectorXd concretise(const Rows& rows, const Box& box) {
  const Eigen::MatrixXd positive = rows.a.cwiseMax(0.0);
  const Eigen::MatrixXd negative = rows.a.cwiseMin(0.0);
  const Eigen::VectorXd x = box.lower.cwiseAbs().cwiseMax(box.upper.cwiseAbs());
  const Eigen::VectorXd value = positive * box.upper + negative * box.lower + rows.c;
  const Eigen::VectorXd size = rows.a.cwiseAbs() * x + rows.size;
  return value + 2 * (rows.doubt + rounding(rows.terms + box.size()) * size);
}

/// Layers of convolutions have more neurons than rows fit into memory: 12,800 rows of 12,800 took
/// 1.2 GB, four times. So many they are as fast as all at once.
constexpr Eigen::Index kRowsAtOnce = 256;

/// Upper bounds of sign * y^k of `count` neurons.
Eigen::VectorXd upper_of(const Network& network, const Bounds& known, int k, Eigen::Index first,
                         Eigen::Index count, double sign) {
  const Eigen::VectorXd zero = Eigen::VectorXd::Zero(count);
  Rows rows{Eigen::MatrixXd::Zero(count, network.width(k)), zero, zero, zero, 0};
  rows.a.middleCols(first, count).diagonal().setConstant(sign);
  for (int i = k; i >= 1; --i) {
    substitute(rows, network.layer(i), activations(known, i - 1));
    if (i > 1) relax(rows, known, i - 1);
  }
  return concretise(rows, known.box);
}

}  // namespace

std::vector<NeuronBounds> symbolic_layer(const Network& network, const Bounds& known, int k,
                                         const Deadline& deadline) {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  const Eigen::Index width = network.width(k);
  std::vector<NeuronBounds> result(static_cast<std::size_t>(width), {-kUnknown, kUnknown});
  for (Eigen::Index first = 0; first < width; first += kRowsAtOnce) {
    if (first > 0 && deadline.expired()) break;
    const Eigen::Index count = std::min(kRowsAtOnce, width - first);
    const Eigen::VectorXd upper = upper_of(network, known, k, first, count, 1);
    const Eigen::VectorXd lower = -upper_of(network, known, k, first, count, -1);
    for (Eigen::Index r = 0; r < count; ++r) {
      result[static_cast<std::size_t>(first + r)] = {lower(r), upper(r), BoundSource::symbolic,
                                                     BoundSource::symbolic};
    }
  }
  return result;
}

Bounds symbolic_bounds(const Network& network, const Box& box, const Deadline& deadline) {
  const Stopwatch watch;
  Bounds bounds;
  bounds.network = content_hash(network);
  bounds.box = box;
  bounds.method = "symbolic";
  for (int k = 1; k <= network.depth(); ++k) {
    std::vector<NeuronBounds> layer = interval_layer(network, bounds, k);
    if (k > 1) {
      const std::vector<NeuronBounds> proposed = symbolic_layer(network, bounds, k, deadline);
      for (std::size_t j = 0; j < layer.size(); ++j) layer[j] = intersect(layer[j], proposed[j]);
    }
    bounds.add_layer(layer, network.layer(k).linear);
  }
  bounds.t_pre = watch.seconds();
  return bounds;
}

}  // namespace brink
