// Composition of affine functions, in double precision:
//     W2 (W1 v + b1) + b2 = (W2 W1) v + (W2 b1 + b2)
//     W (c * v + d) + b   = (W diag(c)) v + (W d + b)
// A single linear operator between two Relus is taken over bit by bit, and so is one whose input's
// elements are in another order or fewer: column i of W moves to column from(i), no product is
// formed.
#include "onnx_chain.h"

#include <numeric>

namespace brink::onnx_reader {

namespace {

// A layer is stored dense; beyond this many weights it is no network we can work on.
constexpr double kLargestLayer = 1e8;

Expected<void> check_layer(Eigen::Index rows, Eigen::Index columns) {
  if (static_cast<double>(rows) * static_cast<double>(columns) <= kLargestLayer) return {};
  return bad_request("makes a layer of {} x {} weights, which is too large", rows, columns);
}

}  // namespace

Chain::Elementwise& Chain::elementwise() {
  if (!elementwise_) {
    Selection all(static_cast<std::size_t>(size_));
    std::iota(all.begin(), all.end(), Eigen::Index{0});
    elementwise_ =
        Elementwise{std::move(all), Eigen::VectorXd::Ones(size_), Eigen::VectorXd::Zero(size_)};
  }
  return *elementwise_;
}

Eigen::MatrixXd Chain::spread(const Elementwise& map, const Eigen::MatrixXd& weights) const {
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(weights.rows(), inputs_);
  for (Eigen::Index i = 0; i < weights.cols(); ++i) {
    result.col(map.from[static_cast<std::size_t>(i)]) = map.scale(i) * weights.col(i);
  }
  return result;
}

Expected<void> Chain::apply_linear(const Eigen::MatrixXd& weights, const Eigen::VectorXd& bias) {
  if (auto ok = check_layer(weights.rows(), inputs_); !ok) return ok;
  if (linear_) {
    linear_ = Layer{weights * linear_->weights.dense(), weights * linear_->bias + bias};
  } else if (elementwise_) {
    linear_ = Layer{spread(*elementwise_, weights), weights * elementwise_->shift + bias};
    elementwise_.reset();
  } else {
    linear_ = Layer{weights, bias};
  }
  size_ = weights.rows();
  ++step_;
  return {};
}

void Chain::apply_elementwise(const Eigen::VectorXd& scale, const Eigen::VectorXd& shift) {
  ++step_;
  if (linear_) {
    linear_->weights = scale.asDiagonal() * linear_->weights.dense();
    linear_->bias = scale.cwiseProduct(linear_->bias) + shift;
    return;
  }
  Elementwise& map = elementwise();
  map.shift = scale.cwiseProduct(map.shift) + shift;
  map.scale = scale.cwiseProduct(map.scale);
}

void Chain::apply_selection(const Selection& from) {
  ++step_;
  if (linear_) {
    linear_ = Layer{linear_->weights.dense()(from, Eigen::all), linear_->bias(from)};
  } else {
    Elementwise& map = elementwise();
    Selection joined;
    for (const Eigen::Index i : from) joined.push_back(map.from[static_cast<std::size_t>(i)]);
    map = Elementwise{std::move(joined), map.scale(from), map.shift(from)};
  }
  size_ = static_cast<Eigen::Index>(from.size());
}

Expected<Layer> Chain::pending_layer() {
  if (linear_) return *std::exchange(linear_, std::nullopt);
  if (auto ok = check_layer(size_, inputs_); !ok) return tl::unexpected(ok.error());
  const Elementwise map = elementwise();
  elementwise_.reset();
  return Layer{spread(map, Eigen::MatrixXd::Identity(size_, size_)), map.shift};
}

Expected<void> Chain::apply_relu() {
  if (nothing_pending() && !layers_.empty()) return {};  // max(0, max(0, v)) = max(0, v)
  auto layer = pending_layer();
  if (!layer) return tl::unexpected(layer.error());
  layers_.push_back(std::move(*layer));
  inputs_ = size_;
  ++step_;
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
