// Networks as the enumeration of cells takes them.
#pragma once

#include "brink/network/network.h"

namespace brink::oracle {

/// A ReLU output as a hidden layer, which the enumeration knows.
inline Network with_linear_end(Network network) {
  if (network.output == OutputKind::linear) return network;
  const Eigen::Index outputs = network.output_size();
  network.output = OutputKind::linear;
  network.layers.push_back(
      {Eigen::MatrixXd::Identity(outputs, outputs), Eigen::VectorXd::Zero(outputs)});
  return network;
}

}  // namespace brink::oracle
