// Training of a graph's own weights, against the graph itself in double precision.
#include "brink/graph/learning.h"

#include <gtest/gtest.h>

#include "random_network.h"

namespace brink {
namespace {

using graph::GraphLearner;
using graph::NodeGraph;
using graph::Operation;
using graph::Tensor;

Tensor numbers(graph::Shape shape, Random& random) {
  Tensor tensor{std::move(shape), {}};
  for (std::int64_t i = 0; i < graph::size(tensor.shape); ++i) {
    tensor.values.push_back(static_cast<float>(0.5 * random.normal()));
  }
  return tensor;
}

Operation node(std::string type, std::vector<std::string> inputs, std::string output) {
  return {output, std::move(type), std::move(inputs), {output}, {}};
}

/// Grouped and padded convolutions, both kinds of pooling, a residual sum, Gemm, MatMul and Add.
NodeGraph small_graph(Random& random) {
  NodeGraph g;
  g.input = "x";
  g.output = "y";
  g.shape = {1, 2, 6, 6};
  g.opset = 13;
  g.constants = {{"w1", numbers({4, 2, 3, 3}, random)}, {"b1", numbers({4}, random)},
                 {"w2", numbers({4, 2, 3, 3}, random)}, {"w3", numbers({5, 36}, random)},
                 {"b3", numbers({5}, random)},          {"w4", numbers({5, 3}, random)},
                 {"b4", numbers({3}, random)},          {"two", Tensor{{1}, {2}}}};
  Operation first = node("Conv", {"x", "w1", "b1"}, "c1"), second = node("Conv", {"r", "w2"}, "c2");
  first.attributes["pads"].integers = second.attributes["pads"].integers = {1, 1, 1, 1};
  second.attributes["group"].integer = 2;
  Operation most = node("MaxPool", {"r1"}, "m"), mean = node("AveragePool", {"s"}, "a");
  most.attributes["kernel_shape"].integers = mean.attributes["kernel_shape"].integers = {2, 2};
  most.attributes["strides"].integers = {2, 2};
  mean.attributes["pads"].integers = {0, 0, 1, 1};
  Operation dense = node("Gemm", {"f", "w3", "b3"}, "d");
  dense.attributes["transB"].integer = 1;
  g.nodes = {first,
             node("Relu", {"c1"}, "r1"),
             most,
             node("Mul", {"m", "two"}, "r"),
             second,
             node("Add", {"c2", "r"}, "s"),
             mean,
             node("Flatten", {"a"}, "f"),
             dense,
             node("LeakyRelu", {"d"}, "l"),
             node("MatMul", {"l", "w4"}, "p"),
             node("Add", {"p", "b4"}, "q"),
             node("Softmax", {"q"}, "y")};
  return g;
}

/// The graph with the learner's weights.
NodeGraph with(NodeGraph graph, const std::map<std::string, Tensor>& weights) {
  for (const auto& [name, tensor] : weights) graph.constants[name] = tensor;
  return graph;
}

/// The mean cross-entropy of the batch.
double loss(const NodeGraph& graph, const DenseBatch& batch) {
  double sum = 0;
  for (Eigen::Index i = 0; i < batch.inputs.cols(); ++i) {
    const Eigen::VectorXd y = *graph.evaluate(batch.inputs.col(i).cast<double>());
    sum += std::log(y.array().exp().sum()) - y(batch.labels[static_cast<std::size_t>(i)]);
  }
  return sum / static_cast<double>(batch.inputs.cols());
}

struct Setting {
  Random random{3};
  NodeGraph graph = small_graph(random);
  std::unique_ptr<GraphLearner> learner = std::move(*GraphLearner::make(graph, random));
  DenseBatch batch{Eigen::MatrixXf(72, 3), {0, 2, 1}};
  Setting() {
    for (float& x : batch.inputs.reshaped()) x = static_cast<float>(random.uniform());
  }
};

/// Outputs are the graph's, slopes of inputs its differences.
void expect_as_the_graph(const NodeGraph& graph, GraphLearner& learner, const DenseBatch& batch) {
  const Eigen::MatrixXf y = learner.logits(batch.inputs);
  for (Eigen::Index i = 0; i < y.cols(); ++i) {
    const Eigen::VectorXd wanted = *graph.evaluate(batch.inputs.col(i).cast<double>());
    EXPECT_LE((y.col(i).cast<double>() - wanted).cwiseAbs().maxCoeff(), 1e-4);
  }
  const Eigen::MatrixXf slopes = learner.input_slopes(batch.inputs, batch.labels);
  for (Eigen::Index j = 0; j < 72; j += 5) {
    DenseBatch one{batch.inputs.col(0), {batch.labels[0]}}, other = one;
    one.inputs(j) += 1e-4F;
    other.inputs(j) -= 1e-4F;
    const double width = static_cast<double>(one.inputs(j)) - static_cast<double>(other.inputs(j));
    EXPECT_NEAR(slopes(j, 0), (loss(graph, one) - loss(graph, other)) / width, 2e-3) << j;
  }
}

TEST(Learning, OutputsAreTheGraphsAndSlopesOfInputsItsDifferences) {
  Setting s;
  expect_as_the_graph(with(s.graph, s.learner->weights()), *s.learner, s.batch);
}

TEST(Learning, ANormalisationInFrontIsTheGraphsInputAndItsSlopes) {
  Setting s;
  Random random(4), same(4);
  const Normalisation by{Eigen::VectorXd::LinSpaced(72, 0.1, 0.6),
                         Eigen::VectorXd::LinSpaced(72, 0.5, 2)};
  const auto plain = std::move(*GraphLearner::make(s.graph, random));
  const auto behind = std::move(*GraphLearner::make(s.graph, same, by));
  Eigen::MatrixXf seen = s.batch.inputs.colwise() - by.mean.cast<float>();
  seen.array().colwise() /= by.deviation.cast<float>().array();
  EXPECT_TRUE(behind->logits(s.batch.inputs).isApprox(plain->logits(seen), 1e-5F));
  Eigen::MatrixXf slopes = plain->input_slopes(seen, s.batch.labels);
  slopes.array().colwise() /= by.deviation.cast<float>().array();
  EXPECT_TRUE(behind->input_slopes(s.batch.inputs, s.batch.labels).isApprox(slopes, 1e-4F));
}

TEST(Learning, StepsGoDownTheSlopeOfEveryWeight) {
  Setting s;
  s.learner->step(s.batch, 0.05F, 0);  // biases are no longer 0
  const auto before = s.learner->weights();
  EXPECT_EQ(before.size(), 7U);  // "two" stays
  s.learner->step(s.batch, 1, 0);
  const auto after = s.learner->weights();
  for (const auto& [name, tensor] : before) {
    for (std::size_t i = 0; i < tensor.values.size(); i += 7) {
      auto one = before, other = before;
      one[name].values[i] += 1e-5;
      other[name].values[i] -= 1e-5;
      const double slope =
          (loss(with(s.graph, one), s.batch) - loss(with(s.graph, other), s.batch)) / 2e-5;
      EXPECT_NEAR(tensor.values[i] - after.at(name).values[i], slope, 2e-3) << name << " " << i;
    }
  }
}

/// Values of 4 channels in 6 x 6, normalised behind the first convolution.
struct Normalised {
  Random random{5};
  NodeGraph graph = small_graph(random);
  DenseBatch batch{Eigen::MatrixXf(72, 3), {0, 2, 1}};
  std::unique_ptr<GraphLearner> learner;
  Normalised() {
    for (float& x : batch.inputs.reshaped()) x = static_cast<float>(random.uniform());
    for (const char* name : {"gamma", "beta", "mean", "variance"}) {
      graph.constants[name] = Tensor{{4}, {1, 1, 1, 1}};
    }
    graph.nodes[1].inputs = {"n"};
    graph.nodes.insert(graph.nodes.begin() + 1, node("BatchNormalization", kParts, "n"));
  }
  void make() { learner = std::move(*GraphLearner::make(graph, random)); }

  /// The mean cross-entropy where the batch is normalised by itself.
  double loss_in_training(const std::map<std::string, Tensor>& weights) const {
    NodeGraph all = with(graph, weights);
    Eigen::MatrixXd seen(144, batch.inputs.cols());
    for (Eigen::Index i = 0; i < seen.cols(); ++i) {
      seen.col(i) = all.values(batch.inputs.col(i).cast<double>())->front().elements;
    }
    for (int c = 0; c < 4; ++c) {
      const auto own = seen.middleRows(36L * c, 36).array();
      const auto k = static_cast<std::size_t>(c);
      std::get<Tensor>(all.constants["mean"]).values[k] = own.mean();
      std::get<Tensor>(all.constants["variance"]).values[k] = (own - own.mean()).square().mean();
    }
    return loss(all, batch);
  }

  inline static const std::vector<std::string> kParts = {"c1", "gamma", "beta", "mean", "variance"};
};

TEST(Learning, StepsGoDownTheSlopesOfWhatABatchNormalisesByItself) {
  Normalised s;
  s.make();
  s.learner->step(s.batch, 0.05F, 0);  // shifts are no longer 0
  const auto before = s.learner->weights();
  EXPECT_EQ(before.size(), 11U);
  s.learner->step(s.batch, 1, 0);
  const auto after = s.learner->weights();
  for (const auto& [name, tensor] : before) {
    if (name == "mean" || name == "variance") continue;
    for (std::size_t i = 0; i < tensor.values.size(); i += name == "gamma" ? 1 : 5) {
      auto one = before, other = before;
      one[name].values[i] += 1e-5;
      other[name].values[i] -= 1e-5;
      const double slope = (s.loss_in_training(one) - s.loss_in_training(other)) / 2e-5;
      EXPECT_NEAR(tensor.values[i] - after.at(name).values[i], slope, 2e-3) << name << " " << i;
    }
  }
}

TEST(Learning, MeasuredBatchesAreWhatTheGraphNormalisesBy) {
  Normalised s;
  s.make();
  s.learner->step(s.batch, 0, 0);  // the first batch is all that is known
  const NodeGraph graph = with(s.graph, s.learner->weights());
  Eigen::MatrixXd seen(144, 3);
  for (Eigen::Index i = 0; i < 3; ++i) {
    seen.col(i) = graph.values(s.batch.inputs.col(i).cast<double>())->front().elements;
  }
  const auto channel = seen.middleRows(36, 36).array();
  const Tensor mean = s.learner->weights().at("mean"),
               variance = s.learner->weights().at("variance");
  EXPECT_NEAR(mean.values[1], channel.mean(), 1e-5);
  EXPECT_NEAR(variance.values[1], (channel - channel.mean()).square().sum() / (3 * 36 - 1), 1e-5);

  DenseBatch other = s.batch;
  other.inputs = 0.5F * other.inputs.array() + 0.25F;
  for (int i = 0; i < 3; ++i) s.learner->step(other, 0.05F, 0.9F);
  expect_as_the_graph(with(s.graph, s.learner->weights()), *s.learner, s.batch);
}

TEST(Learning, WhatNodesShareMustBeLearntInOneRole) {
  Normalised s;
  s.graph.nodes[1].inputs[3] = "beta";  // exporters may merge constants that are equal
  const auto refused = GraphLearner::make(s.graph, s.random);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("shares 'beta'"), std::string::npos)
      << refused.error().message;

  Setting also;
  also.graph.nodes[3].inputs[1] = "b4";  // a bias, and a constant factor
  also.graph.constants["b4"] = Tensor{{1}, {2}};
  const auto constant = GraphLearner::make(also.graph, also.random);
  ASSERT_FALSE(constant.has_value());
  EXPECT_NE(constant.error().message.find("takes 'b4'"), std::string::npos)
      << constant.error().message;
}

}  // namespace
}  // namespace brink
