// Composition of affine functions, in double precision:
//     W2 (W1 v + b1) + b2 = (W2 W1) v + (W2 b1 + b2),   W (c * v + d) + b = (W diag(c)) v + (W d +
//     b)
// A single linear operator between two Relus is taken over bit by bit.
#include "onnx_chain.h"

namespace brink::onnx_reader {

namespace {

// A diagonal layer is stored dense; beyond this many weights it is no network we can work on.
constexpr double kLargestDiagonalLayer = 1e8;

}  // namespace

void Chain::apply_linear(const Eigen::MatrixXd& weights, const Eigen::VectorXd& bias) {
  if (linear_) {
    linear_ = Layer{weights * linear_->weights, weights * linear_->bias + bias};
  } else if (elementwise_) {
    linear_ =
        Layer{weights * elementwise_->scale.asDiagonal(), weights * elementwise_->shift + bias};
    elementwise_.reset();
  } else {
    linear_ = Layer{weights, bias};
  }
  size_ = weights.rows();
}

void Chain::apply_elementwise(const Eigen::VectorXd& scale, const Eigen::VectorXd& shift) {
  if (linear_) {
    linear_->weights = scale.asDiagonal() * linear_->weights;
    linear_->bias = scale.cwiseProduct(linear_->bias) + shift;
  } else if (elementwise_) {
    elementwise_->shift = scale.cwiseProduct(elementwise_->shift) + shift;
    elementwise_->scale = scale.cwiseProduct(elementwise_->scale);
  } else {
    elementwise_ = Elementwise{scale, shift};
  }
}

Expected<Layer> Chain::pending_layer() {
  if (linear_) return *std::exchange(linear_, std::nullopt);
  if (static_cast<double>(size_) * static_cast<double>(size_) > kLargestDiagonalLayer) {
    return bad_request("a layer of {} neurons that sees each element alone is too large", size_);
  }
  if (!elementwise_) {
    return Layer{Eigen::MatrixXd::Identity(size_, size_), Eigen::VectorXd::Zero(size_)};
  }
  const Elementwise map = *std::exchange(elementwise_, std::nullopt);
  return Layer{map.scale.asDiagonal(), map.shift};
}

Expected<void> Chain::apply_relu() {
  if (nothing_pending() && !layers_.empty()) return {};  // max(0, max(0, v)) = max(0, v)
  auto layer = pending_layer();
  if (!layer) return tl::unexpected(layer.error());
  layers_.push_back(std::move(*layer));
  return {};
}

Expected<Network> Chain::finish() && {
  Network network;
  network.output = OutputKind::linear;
  if (!nothing_pending()) {
    auto layer = pending_layer();
    if (!layer) return tl::unexpected(layer.error());
    layers_.push_back(std::move(*layer));
  } else if (!layers_.empty()) {
    network.output = OutputKind::relu;
  } else {
    return bad_request("the graph passes its input on unchanged; it has no layer");
  }
  network.layers = std::move(layers_);
  return network;
}

}  // namespace brink::onnx_reader
