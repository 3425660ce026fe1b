// Batch normalisation (Ioffe & Szegedy 2015), by channel:
//
//     y = gamma z + beta,   z = (x - mean) / sqrt(variance + epsilon).
//
// In training the mean and the variance are the mini-batch's, and slopes pass through them: with n
// numbers a channel and d the slopes of y,
//
//     dx = gamma / sqrt(variance + epsilon) (d - sum d / n - z sum d z / n).
//
// What the file keeps follows by running averages, of the variance n / (n - 1) times what was
// measured. Everywhere else, the adversary included, those are used, as in the network written.
#include <algorithm>
#include <cmath>

#include "learning_steps.h"

namespace brink::graph {

namespace {

using Eigen::MatrixXf;
using Eigen::VectorXf;
using Index = Eigen::Index;

class NormalisationStep : public LearningStep {
  /// The elements of a channel, of all examples.
  template <class Matrix>
  auto channel(Matrix& all, Index c) const {
    return all.middleRows(c * shape_.elements, shape_.elements);
  }

 public:
  NormalisationStep(const NormalisationShape& shape, int in, int out)
      : shape_(shape), in_(in), out_(out) {}

  void forward(LearningState& state) override {
    const MatrixXf& x = state.values[at(in_)];
    MatrixXf& y = state.values[at(out_)];
    y.resize(x.rows(), x.cols());
    if (state.training) made_.resize(x.rows(), x.cols());
    over_root_.resize(shape_.channels);
    for (Index c = 0; c < shape_.channels; ++c) {
      const auto own = channel(x, c);
      float& kept_mean = state.trained[at(shape_.mean)].values(c);
      float& kept_variance = state.trained[at(shape_.variance)].values(c);
      float mean = kept_mean, variance = kept_variance;
      if (state.training) {
        mean = own.mean();
        variance = (own.array() - mean).square().mean();
        const auto count = static_cast<float>(own.size());
        const float rate = std::max(kRate, 1 / static_cast<float>(measured_ + 1));
        kept_mean += rate * (mean - kept_mean);
        kept_variance += rate * (variance * count / std::max(1.0F, count - 1) - kept_variance);
      }
      over_root_(c) = 1 / std::sqrt(variance + shape_.epsilon);
      if (state.training) channel(made_, c) = (own.array() - mean) * over_root_(c);
      const float scale = state.trained[at(shape_.gamma)].values(c) * over_root_(c);
      channel(y, c) = (own.array() - mean) * scale + state.trained[at(shape_.beta)].values(c);
    }
    if (state.training) ++measured_;
  }
  void backward(LearningState& state) override {
    const MatrixXf& dy = state.slopes[at(out_)];
    for (Index c = 0; c < shape_.channels; ++c) {
      const auto own = channel(dy, c).array();
      const float scale = state.trained[at(shape_.gamma)].values(c) * over_root_(c);
      if (!state.training) {
        if (state.wants(in_)) channel(state.slopes[at(in_)], c).array() += scale * own;
        continue;
      }
      const auto made = channel(made_, c).array();
      const float sum = own.sum(), product = (own * made).sum();
      state.trained[at(shape_.beta)].slope(c) += sum;
      state.trained[at(shape_.gamma)].slope(c) += product;
      if (!state.wants(in_)) continue;
      const auto count = static_cast<float>(own.size());
      channel(state.slopes[at(in_)], c).array() +=
          scale * (own - sum / count - made * (product / count));
    }
  }

 private:
  static constexpr float kRate = 0.1F;  // of the running averages, as PyTorch has it

  NormalisationShape shape_;
  int in_, out_;
  long measured_ = 0;   // mini-batches
  MatrixXf made_;       // with mean 0 and variance 1
  VectorXf over_root_;  // 1 / sqrt(variance + epsilon), by channel
};

}  // namespace

MadeStep normalisation_step(const NormalisationShape& shape, int in, int out) {
  return std::make_unique<NormalisationStep>(shape, in, out);
}

}  // namespace brink::graph
