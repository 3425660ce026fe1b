#include "brink/bounds/rounding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brink {

std::vector<Eigen::VectorXd> distance_from_file(const Network& network, const Box& box) {
  const auto rounded = [](const Layer& layer) { return layer.rounding.size() > 0; };
  if (std::none_of(network.layers.begin(), network.layers.end(), rounded)) return {};
  constexpr double kUp = 1 + 1e-10;  // more than is lost in computing this
  const Bounds bounds = interval_bounds(network, box);
  std::vector<Eigen::VectorXd> distance;
  double largest =
      std::max({1.0, box.lower.cwiseAbs().maxCoeff(), box.upper.cwiseAbs().maxCoeff()});
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    Eigen::VectorXd here = Eigen::VectorXd::Zero(network.width(k));
    if (k > 1) here = layer.weights.absolute(distance.back());
    if (layer.rounding.size() > 0) here += largest * layer.rounding;
    here *= kUp;
    for (Eigen::Index j = 0; j < here.size(); ++j) {
      const NeuronBounds y = bounds.at(k, j);
      largest = std::max(largest, std::max(std::abs(y.lower), std::abs(y.upper)) + here(j));
    }
    distance.push_back(std::move(here));
  }
  return distance;
}

void widen(Bounds& bounds, const std::vector<Eigen::VectorXd>& distance) {
  if (distance.empty()) return;
  for (int k = 1; k <= bounds.depth(); ++k) {
    for (Eigen::Index j = 0; j < bounds.width(k); ++j) {
      NeuronBounds y = bounds.at(k, j);
      const double spare = distance[static_cast<std::size_t>(k - 1)](j);
      constexpr double kFar = std::numeric_limits<double>::infinity();
      y.lower = std::nextafter(y.lower - spare, -kFar);
      y.upper = std::nextafter(y.upper + spare, kFar);
      bounds.set(k, j, y);
    }
  }
}

}  // namespace brink
