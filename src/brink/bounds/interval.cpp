// Interval arithmetic, one layer at a time: y_j in [sum min(w l, w u) + b, sum max(w l, w u) + b].
//
// Sound in floating point: a sum of n products has an error of at most (n + 2) unit roundoffs of
// the sum of the terms' absolute values (Higham 2002, 3.1), by which each side is moved outward;
// twice that, since the plain forward pass rounds too and its values are to lie within the bounds.
#include <algorithm>
#include <limits>

#include "brink/bounds/bounds.h"

namespace brink {

std::vector<NeuronBounds> interval_layer(const Network& network, const Bounds& known, int k) {
  const Layer& layer = network.layer(k);
  const Eigen::Index inputs = layer.weights.cols();
  Eigen::VectorXd low(inputs), high(inputs);
  for (Eigen::Index i = 0; i < inputs; ++i) {
    low(i) = k == 1 ? known.box.lower(i) : std::max(0.0, known.at(k - 1, i).lower);
    high(i) = k == 1 ? known.box.upper(i) : std::max(0.0, known.at(k - 1, i).upper);
  }
  const Eigen::MatrixXd positive = layer.weights.cwiseMax(0.0);
  const Eigen::MatrixXd negative = layer.weights.cwiseMin(0.0);
  const Eigen::VectorXd lower = positive * low + negative * high + layer.bias;
  const Eigen::VectorXd upper = positive * high + negative * low + layer.bias;
  const Eigen::VectorXd size =
      layer.weights.cwiseAbs() * low.cwiseAbs().cwiseMax(high.cwiseAbs()) + layer.bias.cwiseAbs();
  const double unit =
      2 * (static_cast<double>(inputs) + 4) * std::numeric_limits<double>::epsilon();
  std::vector<NeuronBounds> result;
  for (Eigen::Index j = 0; j < lower.size(); ++j) {
    NeuronBounds bounds;
    bounds.lower = lower(j) - unit * size(j);
    bounds.upper = upper(j) + unit * size(j);
    // Nothing is tighter than the first layer's interval: its inputs are a box.
    bounds.lower_source = bounds.upper_source = k == 1 ? BoundSource::exact : BoundSource::interval;
    result.push_back(bounds);
  }
  return result;
}

Bounds interval_bounds(const Network& network, const Box& box) {
  Bounds bounds;
  bounds.network = content_hash(network);
  bounds.box = box;
  bounds.method = "interval";
  for (int k = 1; k <= network.depth(); ++k) {
    bounds.layers.push_back(interval_layer(network, bounds, k));
  }
  return bounds;
}

}  // namespace brink
