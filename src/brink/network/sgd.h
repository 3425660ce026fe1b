// One run of stochastic gradient descent: the weights, and a step on a mini-batch.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "brink/base/random.h"
#include "brink/network/learner.h"
#include "brink/network/network.h"

namespace brink {

class Sgd : public Learner {
 public:
  /// Sizes n_0 ... n_K, each >= 1. He initialisation: weights normal with variance 2 / n_{k-1},
  /// biases 0 (He, Zhang, Ren & Sun 2015).
  Sgd(const std::vector<int>& sizes, Random& random);

  /// Scales and shifts every neuron so that its pre-activations on the examples `which` (not empty)
  /// have standard deviation 1, and mean 1 in hidden layers, 0 in the output layer. Neurons
  /// that do not vary are left as they are. To be called before the first step.
  void settle(const Examples& examples, std::span<const int> which) override;

  void step(const Examples& examples, std::span<const int> batch, float rate,
            float momentum) override;
  void step(const DenseBatch& batch, float rate, float momentum) override;
  void shrink(float factor) override;
  const Eigen::MatrixXf& input_slopes(const Eigen::Ref<const Eigen::MatrixXf>& inputs,
                                      std::span<const int> labels) override;
  int right(const Examples& examples, std::span<const int> which) override;

  /// The weights, each exactly a float; output linear.
  Network network() const;

 private:
  struct FloatLayer {
    Eigen::MatrixXf weights, velocity;
    Eigen::VectorXf bias, bias_velocity;
    Eigen::MatrixXf output;  ///< of the batch, an example per column: x^k, or y^K in the last
    Eigen::MatrixXf slope;   ///< dL/dy^k
  };
  void forward(const Examples& examples, std::span<const int> batch);
  void forward(const Eigen::Ref<const Eigen::MatrixXf>& inputs);
  void forward_first(const Examples& examples, std::span<const int> batch);
  void forward_rest();
  void hidden_slopes(std::size_t k);
  void move(FloatLayer& layer, const Eigen::MatrixXf& input, float rate, float momentum);
  void move_rest(float rate, float momentum);
  void move_first(const Examples& examples, std::span<const int> batch, float rate);
  void finish_first(float momentum);

  std::vector<FloatLayer> layers_;
  Eigen::MatrixXf input_slopes_;
};

}  // namespace brink
