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
// Narrow networks are touchy: of eight neurons with He's weights one or two are off on nearly all
// images, for good, and six such layers often pass too little on. So neurons are settled on a
// sample of the examples before training (Salimans & Kingma 2016, section 3; Mishkin & Matas 2016),
// with a mean above 0 that lets each begin active. On held-out MNIST images the 8-8-8-8-8-8 network
// gains 0.6 % on average and the worst of eight starts 0.9 %. A mean of 0, theirs, loses 0.8 %.
// Gradient clipping was tried and changed nothing.
//
// Dense first layer by Eigen's matrix product, tried first: five times slower on MNIST.
#include "brink/network/sgd.h"

#include <cmath>

namespace brink {

namespace {

constexpr float kSettledMean = 1;  // one deviation above the kink: active on about 5 of 6 examples
constexpr float kLeastDeviation = 1e-6F;

}  // namespace

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

void Sgd::forward_first(const Examples& examples, std::span<const int> batch) {
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
}

void Sgd::forward_rest() {
  for (std::size_t k = 1; k < layers_.size(); ++k) {
    Eigen::MatrixXf& input = layers_[k - 1].output;
    input = input.cwiseMax(0.0F);
    layers_[k].output.noalias() = layers_[k].weights * input;
    layers_[k].output.colwise() += layers_[k].bias;
  }
}

void Sgd::forward(const Examples& examples, std::span<const int> batch) {
  forward_first(examples, batch);
  forward_rest();
}

void Sgd::forward(const Eigen::Ref<const Eigen::MatrixXf>& inputs) {
  FloatLayer& first = layers_.front();
  first.output.noalias() = first.weights * inputs;
  first.output.colwise() += first.bias;
  forward_rest();
}

void Sgd::settle(const Examples& examples, std::span<const int> which) {
  forward_first(examples, which);
  for (std::size_t k = 0; k < layers_.size(); ++k) {
    FloatLayer& layer = layers_[k];
    if (k > 0) {
      layer.output.noalias() = layer.weights * layers_[k - 1].output.cwiseMax(0.0F);
      layer.output.colwise() += layer.bias;
    }
    const Eigen::VectorXf mean = layer.output.rowwise().mean();
    const Eigen::VectorXf deviation =
        (layer.output.colwise() - mean).array().square().rowwise().mean().sqrt();
    for (Eigen::Index j = 0; j < mean.size(); ++j) {
      if (!(deviation(j) > kLeastDeviation)) continue;
      const float wanted = k + 1 < layers_.size() ? kSettledMean : 0;
      layer.weights.row(j) /= deviation(j);
      layer.bias(j) = (layer.bias(j) - mean(j)) / deviation(j) + wanted;
      layer.output.row(j) =
          ((layer.output.row(j).array() - mean(j)) / deviation(j) + wanted).eval();
    }
  }
}

void Sgd::hidden_slopes(std::size_t k) {
  FloatLayer& layer = layers_[k];
  layer.slope.noalias() = layers_[k + 1].weights.transpose() * layers_[k + 1].slope;
  layer.slope = (layer.output.array() > 0).select(layer.slope, 0.0F);
}

void Sgd::move(FloatLayer& layer, const Eigen::MatrixXf& input, float rate, float momentum) {
  layer.velocity *= momentum;
  layer.velocity.noalias() -= rate * layer.slope * input.transpose();
  layer.weights += layer.velocity;
  layer.bias_velocity = momentum * layer.bias_velocity - rate * layer.slope.rowwise().sum();
  layer.bias += layer.bias_velocity;
}

void Sgd::move_rest(float rate, float momentum) {
  layers_.back().slope /= static_cast<float>(layers_.back().slope.cols());
  for (std::size_t k = layers_.size() - 1; k > 0; --k) {
    hidden_slopes(k - 1);
    move(layers_[k], layers_[k - 1].output, rate, momentum);
  }
}

void Sgd::move_first(const Examples& examples, std::span<const int> batch, float rate) {
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
}

void Sgd::finish_first(float momentum) {
  FloatLayer& first = layers_.front();
  first.weights += first.velocity;
  first.velocity *= momentum;  // for the next step
  first.bias_velocity = momentum * first.bias_velocity + first.slope.rowwise().sum();
  first.bias += first.bias_velocity;
}

void Sgd::step(const Examples& examples, std::span<const int> batch, float rate, float momentum) {
  forward(examples, batch);
  std::vector<int> labels;
  for (const int i : batch) labels.push_back(examples.label(i));
  cross_entropy_slopes(layers_.back().output, labels, layers_.back().slope);
  move_rest(rate, momentum);
  move_first(examples, batch, rate);
  finish_first(momentum);
}

void Sgd::step(const DenseBatch& batch, float rate, float momentum) {
  forward(batch.inputs);
  cross_entropy_slopes(layers_.back().output, batch.labels, layers_.back().slope);
  move_rest(rate, momentum);
  FloatLayer& first = layers_.front();
  first.slope *= -rate;
  first.velocity.noalias() += first.slope * batch.inputs.transpose();
  finish_first(momentum);
}

void Sgd::shrink(float factor) {
  for (FloatLayer& layer : layers_) layer.weights *= factor;
}

const Eigen::MatrixXf& Sgd::input_slopes(const Eigen::Ref<const Eigen::MatrixXf>& inputs,
                                         std::span<const int> labels) {
  forward(inputs);
  cross_entropy_slopes(layers_.back().output, labels, layers_.back().slope);
  for (std::size_t k = layers_.size() - 1; k > 0; --k) hidden_slopes(k - 1);
  input_slopes_.noalias() = layers_.front().weights.transpose() * layers_.front().slope;
  return input_slopes_;
}

int Sgd::right(const Examples& examples, std::span<const int> which) {
  constexpr std::size_t kBatch = 256;
  int right = 0;
  for (std::size_t begin = 0; begin < which.size(); begin += kBatch) {
    const auto batch = which.subspan(begin, std::min(kBatch, which.size() - begin));
    forward(examples, batch);
    right += count_right(layers_.back().output, examples, batch);
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
