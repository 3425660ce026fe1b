// Small random networks for tests, reproducible from a seed.
#pragma once

#include <vector>

#include "brink/base/random.h"
#include "brink/network/network.h"

namespace brink::testing {

/// sizes = {n_0, ..., n_K}; weights normal * scale / sqrt(fan in), biases normal * 0.3.
inline Network random_network(const std::vector<int>& sizes, Random& random, double scale = 1.5,
                              OutputKind output = OutputKind::linear) {
  Network network;
  network.output = output;
  for (std::size_t k = 1; k < sizes.size(); ++k) {
    Layer layer{Eigen::MatrixXd(sizes[k], sizes[k - 1]), Eigen::VectorXd(sizes[k])};
    for (Eigen::Index i = 0; i < layer.weights.dense().rows(); ++i) {
      for (Eigen::Index j = 0; j < layer.weights.cols(); ++j) {
        layer.weights.dense()(i, j) = scale * random.normal() / std::sqrt(sizes[k - 1]);
      }
      layer.bias(i) = 0.3 * random.normal();
    }
    network.layers.push_back(std::move(layer));
  }
  return network;
}

inline Eigen::VectorXd random_point(Eigen::Index size, Random& random, double low = 0,
                                    double high = 1) {
  Eigen::VectorXd x(size);
  for (auto& value : x) value = random.uniform(low, high);
  return x;
}

}  // namespace brink::testing
