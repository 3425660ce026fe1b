// What the training loop trains: weights that take steps on mini-batches.
#pragma once

#include <Eigen/Core>
#include <span>

#include "brink/network/examples.h"

namespace brink {

class Learner {
 public:
  virtual ~Learner() = default;

  /// Before the first step: starts the weights so that they suit the examples `which` (not empty).
  virtual void settle(const Examples& examples, std::span<const int> which) = 0;
  /// One step on the mean cross-entropy of the examples `batch` (not empty):
  ///     V <- momentum V - rate dL/dW,   W <- W + V
  virtual void step(const Examples& examples, std::span<const int> batch, float rate,
                    float momentum) = 0;
  /// The same on dense inputs.
  virtual void step(const DenseBatch& batch, float rate, float momentum) = 0;
  /// Weight decay: W <- factor W, for every weight but no bias.
  virtual void shrink(float factor) = 0;
  /// The slope of each column's own cross-entropy with respect to the column, n_0 x columns. Valid
  /// until the next call.
  virtual const Eigen::MatrixXf& input_slopes(const Eigen::Ref<const Eigen::MatrixXf>& inputs,
                                              std::span<const int> labels) = 0;
  /// How many of the examples have their label's output strictly largest.
  virtual int right(const Examples& examples, std::span<const int> which) = 0;
};

/// From logits, an example per column: the slopes of softmax cross-entropy, softmax(y) - e_label.
void cross_entropy_slopes(const Eigen::MatrixXf& logits, std::span<const int> labels,
                          Eigen::MatrixXf& slopes);
/// How many columns have their label's logit strictly largest.
int count_right(const Eigen::MatrixXf& logits, const Examples& examples,
                std::span<const int> batch);

}  // namespace brink
