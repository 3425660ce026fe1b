#include "brink/network/gradient.h"

namespace brink {

Gradient gradient(const Network& network, const Eigen::VectorXd& x, const Eigen::VectorXd& c) {
  const std::vector<Eigen::VectorXd> y = pre_activations(network, x);
  Eigen::VectorXd slope = c;
  for (int k = network.depth(); k > 1; --k) {
    slope = network.layer(k).weights.transpose() * slope;
    slope = (y[static_cast<std::size_t>(k - 2)].array() > 0).select(slope, 0.0);
  }
  return {c.dot(y.back()), network.layer(1).weights.transpose() * slope};
}

}  // namespace brink
