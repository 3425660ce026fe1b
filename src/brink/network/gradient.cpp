#include "brink/network/gradient.h"

namespace brink {

Gradient gradient(const Network& network, const Eigen::VectorXd& x, const Eigen::VectorXd& c) {
  const std::vector<Eigen::VectorXd> y = pre_activations(network, x);
  Eigen::VectorXd slope = c;
  for (int k = network.depth(); k > 1; --k) {
    slope = network.layer(k).weights.transposed(slope);
    const Layer& before = network.layer(k - 1);
    for (Eigen::Index j = 0; j < slope.size(); ++j) {
      if (y[static_cast<std::size_t>(k - 2)](j) <= 0 && !before.is_linear(j)) slope(j) = 0;
    }
  }
  return {c.dot(y.back()), network.layer(1).weights.transposed(slope)};
}

}  // namespace brink
