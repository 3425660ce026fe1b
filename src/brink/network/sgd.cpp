// Mini-batch SGD with momentum on softmax cross-entropy, in single precision.
//
// For logits y = y^K and label d the loss is log sum_j exp(y_j) - y_d, its slope softmax(y) - e_d;
// slopes go back by dL/dy^k = (W^{k+1}^T dL/dy^{k+1}) where y^k > 0, else 0.
//
// The first layer has nearly all weights, and its inputs are mostly zeros. Its products run over
// the nonzero inputs only: forward, an input adds a column of weights; backward, an input moves a
// column of the velocity. Momentum needs no gradient matrix: V is scaled first, then moved column
// by column, then added to W.
//
// Dense first layer by Eigen's matrix product, tried first: five times slower on MNIST.
#include "brink/network/sgd.h"

#include <cmath>

namespace brink {

Sgd::Sgd(const std::vector<int>& sizes, Random& random) {
  for (std::size_t k = 1; k < sizes.size(); ++k) {
    FloatLayer layer;
    const double deviation = std::sqrt(2.0 / sizes[k - 1]);
    layer.weights.resize(sizes[k], sizes[k - 1]);
    for (float& weight : layer.weights.reshaped()) {
      weight = static_cast<float>(deviation * random.normal());
    }
    layer.velocity.setZero(sizes[k], sizes[k - 1]);
    layer.bias.setZero(sizes[k]);
    layer.bias_velocity.setZero(sizes[k]);
    layers_.push_back(std::move(layer));
  }
}

void Sgd::forward(const Examples& examples, std::span<const int> batch) {
  FloatLayer& first = layers_.front();
  first.output.resize(first.bias.size(), static_cast<Eigen::Index>(batch.size()));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto positions = examples.positions(batch[i]);
    const auto values = examples.values(batch[i]);
    auto y = first.output.col(static_cast<Eigen::Index>(i));
    y = first.bias;
    for (std::size_t p = 0; p < positions.size(); ++p) {
      y += values[p] * first.weights.col(positions[p]);
    }
  }
  for (std::size_t k = 1; k < layers_.size(); ++k) {
    Eigen::MatrixXf& input = layers_[k - 1].output;
    input = input.cwiseMax(0.0F);
    layers_[k].output.noalias() = layers_[k].weights * input;
    layers_[k].output.colwise() += layers_[k].bias;
  }
}

void Sgd::output_slopes(const Examples& examples, std::span<const int> batch) {
  FloatLayer& last = layers_.back();
  last.slope = (last.output.rowwise() - last.output.colwise().maxCoeff()).array().exp();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto slope = last.slope.col(static_cast<Eigen::Index>(i));
    slope /= slope.sum();
    slope(examples.label(batch[i])) -= 1;
  }
  last.slope /= static_cast<float>(batch.size());
}

void Sgd::move(FloatLayer& layer, const Eigen::MatrixXf& input, float rate, float momentum) {
  layer.velocity *= momentum;
  layer.velocity.noalias() -= rate * layer.slope * input.transpose();
  layer.weights += layer.velocity;
  layer.bias_velocity = momentum * layer.bias_velocity - rate * layer.slope.rowwise().sum();
  layer.bias += layer.bias_velocity;
}

void Sgd::move_first(const Examples& examples, std::span<const int> batch, float rate,
                     float momentum) {
  FloatLayer& first = layers_.front();
  first.slope *= -rate;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto positions = examples.positions(batch[i]);
    const auto values = examples.values(batch[i]);
    const auto step = first.slope.col(static_cast<Eigen::Index>(i));
    for (std::size_t p = 0; p < positions.size(); ++p) {
      first.velocity.col(positions[p]) += values[p] * step;
    }
  }
  first.weights += first.velocity;
  first.velocity *= momentum;  // for the next step
  first.bias_velocity = momentum * first.bias_velocity + first.slope.rowwise().sum();
  first.bias += first.bias_velocity;
}

void Sgd::step(const Examples& examples, std::span<const int> batch, float rate, float momentum) {
  forward(examples, batch);
  output_slopes(examples, batch);
  for (std::size_t k = layers_.size() - 1; k > 0; --k) {
    FloatLayer& below = layers_[k - 1];
    below.slope.noalias() = layers_[k].weights.transpose() * layers_[k].slope;
    below.slope = (below.output.array() > 0).select(below.slope, 0.0F);
    move(layers_[k], below.output, rate, momentum);
  }
  move_first(examples, batch, rate, momentum);
}

int Sgd::right(const Examples& examples, std::span<const int> which) {
  constexpr std::size_t kBatch = 256;
  int right = 0;
  for (std::size_t begin = 0; begin < which.size(); begin += kBatch) {
    const auto batch = which.subspan(begin, std::min(kBatch, which.size() - begin));
    forward(examples, batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto y = layers_.back().output.col(static_cast<Eigen::Index>(i));
      const int label = examples.label(batch[i]);
      if (label < y.size() && (y.array() >= y(label)).count() == 1) ++right;
    }
  }
  return right;
}

Network Sgd::network() const {
  Network network;
  network.output = OutputKind::linear;
  for (const FloatLayer& layer : layers_) {
    network.layers.push_back({layer.weights.cast<double>(), layer.bias.cast<double>()});
  }
  return network;
}

}  // namespace brink
