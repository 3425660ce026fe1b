// The network that grows while the operators of an ONNX graph are applied one after the other.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "brink/base/error.h"
#include "brink/network/network.h"
#include "onnx_tensor.h"

namespace brink::onnx_reader {

/// Layers finished so far, and an affine function of the last one's output that is still pending:
/// nothing, v -> scale_i * v_from(i) + shift_i by elements, or v -> W v + b.
class Chain {
 public:
  /// At the network's input, of `size` elements.
  explicit Chain(Eigen::Index size) : size_(size), inputs_(size) {}

  Eigen::Index size() const { return size_; }  ///< of the current value
  int step() const { return step_; }           ///< grows whenever the current value changes

  /// v -> weights * v + bias; weights have size() columns. Error: a product too large to be kept.
  Expected<void> apply_linear(const Eigen::MatrixXd& weights, const Eigen::VectorXd& bias);
  /// v -> scale * v + shift by elements.
  void apply_elementwise(const Eigen::VectorXd& scale, const Eigen::VectorXd& shift);
  /// v -> (v_from(0), v_from(1), ...), each element at most once: bit by bit.
  void apply_selection(const Selection& from);
  /// v -> max(0, v) ends a layer.
  Expected<void> apply_relu();

  /// What is pending becomes the output layer; if nothing is, the last layer's relu is the output.
  Expected<Network> finish() &&;

 private:
  struct Elementwise {
    Selection from;
    Eigen::VectorXd scale, shift;
  };
  Elementwise& elementwise();  ///< pending; the identity if nothing is
  /// weights * (scale_i v_from(i)), as a matrix of v.
  Eigen::MatrixXd spread(const Elementwise& map, const Eigen::MatrixXd& weights) const;
  Expected<Layer> pending_layer();
  bool nothing_pending() const { return !elementwise_ && !linear_; }

  Eigen::Index size_;
  Eigen::Index inputs_;  // of the pending function
  int step_ = 0;
  std::vector<Layer> layers_;
  std::optional<Elementwise> elementwise_;  // at most one of these two
  std::optional<Layer> linear_;
};

}  // namespace brink::onnx_reader
