// The network that grows while the operators of an ONNX graph are applied one after the other.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "brink/base/error.h"
#include "brink/network/network.h"

namespace brink::onnx_reader {

/// Layers finished so far, and an affine function of the last one's output that is still pending:
/// nothing, v -> scale * v + shift by elements, or v -> W v + b.
class Chain {
 public:
  /// At the network's input, of `size` elements.
  explicit Chain(Eigen::Index size) : size_(size) {}

  Eigen::Index size() const { return size_; }  ///< of the current value

  /// v -> weights * v + bias; weights have size() columns.
  void apply_linear(const Eigen::MatrixXd& weights, const Eigen::VectorXd& bias);
  /// v -> scale * v + shift by elements.
  void apply_elementwise(const Eigen::VectorXd& scale, const Eigen::VectorXd& shift);
  /// v -> max(0, v) ends a layer.
  Expected<void> apply_relu();

  /// What is pending becomes the output layer; if nothing is, the last layer's relu is the output.
  Expected<Network> finish() &&;

 private:
  struct Elementwise {
    Eigen::VectorXd scale, shift;
  };
  Expected<Layer> pending_layer();
  bool nothing_pending() const { return !elementwise_ && !linear_; }

  Eigen::Index size_;
  std::vector<Layer> layers_;
  std::optional<Elementwise> elementwise_;  // at most one of these two
  std::optional<Layer> linear_;
};

}  // namespace brink::onnx_reader
