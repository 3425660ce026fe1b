// Training the weights of a graph where they are: those of Conv, Gemm and MatMul, their biases, and
// batch normalisations, which measure the mini-batches. What else the graph does it does as its
// file says. In single precision.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "brink/base/random.h"
#include "brink/graph/evaluate.h"
#include "brink/network/learner.h"
#include "brink/network/normalise.h"

namespace brink::graph {

class GraphLearner : public Learner {
 public:
  /// Weights normal with variance 2 / fan in, biases 0 (He, Zhang, Ren & Sun 2015);
  /// normalisations as they are made: no shift, factor 1. With
  /// `in_front` the graph is given examples normalised by it. Errors name the node that cannot be
  /// trained and say what to do.
  static Expected<std::unique_ptr<GraphLearner>> make(
      const NodeGraph& graph, Random& random, const std::optional<Normalisation>& in_front = {});
  ~GraphLearner() override;

  void settle(const Examples&, std::span<const int>) override {}
  void step(const Examples& examples, std::span<const int> batch, float rate,
            float momentum) override;
  void step(const DenseBatch& batch, float rate, float momentum) override;
  void shrink(float factor) override;
  const Eigen::MatrixXf& input_slopes(const Eigen::Ref<const Eigen::MatrixXf>& inputs,
                                      std::span<const int> labels) override;
  int right(const Examples& examples, std::span<const int> which) override;

  /// Outputs before a final Relu, an example per column.
  const Eigen::MatrixXf& logits(const Eigen::Ref<const Eigen::MatrixXf>& inputs);
  /// What is trained, by the names of the graph's constants; each number is a float.
  std::map<std::string, Tensor> weights() const;

 private:
  struct Parts;
  explicit GraphLearner(std::unique_ptr<Parts> parts);
  void back(bool to_input);

  std::unique_ptr<Parts> parts_;
};

}  // namespace brink::graph
