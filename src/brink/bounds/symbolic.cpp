// Backward substitution with linear relaxations (CROWN, Zhang et al. 2018), a layer at once.
//
// To bound y^k from above, write it as A x^{k-1} + c and walk back: an unstable neuron with
// L < y < U has x <= U (y - L) / (U - L), used where its coefficient is positive, and x >= a y with
// a in {0, 1} (whichever cuts off less area), used where it is negative; then y^i = W x^{i-1} + b.
// At the input the box decides. The lower bound is the upper bound of -y. Rounding: each product of
// row and matrix adds at most (n + 4) unit roundoffs of its absolute value at the largest
// activations. Dropped: optimised slopes (alpha-CROWN): the LP bounds are there when more is
// wanted.
#include <algorithm>
#include <limits>

#include "brink/bounds/bounds.h"

namespace brink {

namespace {

/// Rows a x + c that bound what is asked from above, and a bound on their rounding so far.
struct Rows {
  Eigen::MatrixXd a;
  Eigen::VectorXd c;
  Eigen::VectorXd doubt;
};

double unit(Eigen::Index terms) {
  return (static_cast<double>(terms) + 4) * std::numeric_limits<double>::epsilon();
}

/// From coefficients on x^i to coefficients on y^i.
void relax(Rows& rows, const std::vector<NeuronBounds>& layer) {
  for (Eigen::Index j = 0; j < rows.a.cols(); ++j) {
    const NeuronBounds& b = layer[static_cast<std::size_t>(j)];
    if (b.always_active()) continue;
    if (b.always_inactive()) {
      rows.a.col(j).setZero();
      continue;
    }
    const double slope = b.upper / (b.upper - b.lower);
    const double below = b.upper > -b.lower ? 1 : 0;
    for (Eigen::Index r = 0; r < rows.a.rows(); ++r) {
      double& a = rows.a(r, j);
      if (a > 0) {
        rows.c(r) -= a * slope * b.lower;
        rows.doubt(r) += 4 * unit(0) * a * slope * (b.upper - b.lower);
        a *= slope;
      } else {
        a *= below;
      }
    }
  }
}

/// From coefficients on y^i to coefficients on x^{i-1}, whose absolute values are at most `size`.
void substitute(Rows& rows, const Layer& layer, const Eigen::VectorXd& size) {
  const Eigen::VectorXd magnitude = layer.weights.cwiseAbs() * size + layer.bias.cwiseAbs();
  rows.doubt += unit(layer.weights.rows() + layer.weights.cols()) * (rows.a.cwiseAbs() * magnitude);
  rows.c += rows.a * layer.bias;
  rows.a = rows.a * layer.weights;
}

Eigen::VectorXd sizes(const Bounds& known, const Network& network, int k) {
  if (k == 0) return known.box.lower.cwiseAbs().cwiseMax(known.box.upper.cwiseAbs());
  Eigen::VectorXd size(network.width(k));
  for (Eigen::Index j = 0; j < size.size(); ++j) size(j) = std::max(0.0, known.at(k, j).upper);
  return size;
}

/// Upper bounds of sign * y^k.
Eigen::VectorXd upper_of(const Network& network, const Bounds& known, int k, double sign) {
  const Eigen::Index width = network.width(k);
  Rows rows{sign * Eigen::MatrixXd::Identity(width, width), Eigen::VectorXd::Zero(width),
            Eigen::VectorXd::Zero(width)};
  for (int i = k; i >= 1; --i) {
    substitute(rows, network.layer(i), sizes(known, network, i - 1));
    if (i > 1) relax(rows, known.layers[static_cast<std::size_t>(i - 2)]);
  }
  const Eigen::VectorXd size = sizes(known, network, 0);
  return rows.a.cwiseMax(0.0) * known.box.upper + rows.a.cwiseMin(0.0) * known.box.lower + rows.c +
         2 * rows.doubt +
         unit(network.input_size()) * (rows.a.cwiseAbs() * size + rows.c.cwiseAbs());
}

}  // namespace

std::vector<NeuronBounds> symbolic_layer(const Network& network, const Bounds& known, int k) {
  const Eigen::VectorXd upper = upper_of(network, known, k, 1);
  const Eigen::VectorXd lower = -upper_of(network, known, k, -1);
  std::vector<NeuronBounds> result;
  for (Eigen::Index j = 0; j < upper.size(); ++j) {
    result.push_back({lower(j), upper(j), BoundSource::symbolic, BoundSource::symbolic});
  }
  return result;
}

Bounds symbolic_bounds(const Network& network, const Box& box) {
  Bounds bounds;
  bounds.network = content_hash(network);
  bounds.box = box;
  bounds.method = "symbolic";
  for (int k = 1; k <= network.depth(); ++k) {
    std::vector<NeuronBounds> layer = interval_layer(network, bounds, k);
    if (k > 1) {
      const std::vector<NeuronBounds> proposed = symbolic_layer(network, bounds, k);
      for (std::size_t j = 0; j < layer.size(); ++j) layer[j] = intersect(layer[j], proposed[j]);
    }
    bounds.layers.push_back(std::move(layer));
  }
  return bounds;
}

}  // namespace brink
