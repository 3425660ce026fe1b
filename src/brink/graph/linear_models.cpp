// The linear models of scikit-learn, which keep their weights among a node's attributes.
//     LinearRegressor    C v + b
//     LinearClassifier   the label, and the scores C v + b or what Softmax or Sigmoid make of them
#include "brink/graph/node.h"

namespace brink::graph {

namespace {

/// C v + b for rows of C as many as there are intercepts.
Expected<Value> linear_scores(const Node& node) {
  const Value& value = *node.input(0);
  const Shape& shape = shape_of(value);
  const Attribute* coefficients = node.attribute("coefficients");
  const Attribute* intercepts = node.attribute("intercepts");
  const Eigen::Index features = size(shape);
  if (coefficients == nullptr || coefficients->reals.empty() || features < 1 ||
      std::ssize(coefficients->reals) % features != 0) {
    return bad_request("has {} coefficients for {} features",
                       coefficients == nullptr ? 0 : coefficients->reals.size(), features);
  }
  const Eigen::Index scores = std::ssize(coefficients->reals) / features;
  const bool none = intercepts == nullptr || intercepts->reals.empty();
  if (!none && std::ssize(intercepts->reals) != scores) {
    return bad_request("has {} intercepts for {} scores", intercepts->reals.size(), scores);
  }
  for (const Attribute* list : {coefficients, intercepts}) {
    if (list == nullptr) continue;
    const auto ok = finite(Tensor{{std::ssize(list->reals)}, list->reals});
    if (!ok) return bad_request("its weights: {}", ok.error().message);
  }
  Eigen::MatrixXd weights(scores, features);
  Eigen::VectorXd shift = Eigen::VectorXd::Zero(scores);
  for (Eigen::Index i = 0; i < scores; ++i) {
    for (Eigen::Index j = 0; j < features; ++j) {
      weights(i, j) = coefficients->reals[at(i * features + j)];
    }
    if (!none) shift(i) = intercepts->reals[at(i)];
  }
  return mapped(value, {1, scores}, Matrix(std::move(weights)), shift);
}

std::string after_transform(const Node& node) {
  const Attribute* found = node.attribute("post_transform");
  return found == nullptr || found->text.empty() ? "NONE" : found->text;
}

}  // namespace

Expected<Value> apply_linear_regressor(const Node& node, Progression&) {
  if (after_transform(node) != "NONE") {
    return bad_request("post_transform {} is curved; NONE is read", after_transform(node));
  }
  return linear_scores(node);
}

/// Probabilities are in the order of the scores. A single score is that of the second class.
Expected<Value> apply_linear_classifier(const Node& node, Progression& progression) {
  auto scores = linear_scores(node);
  if (!scores) return scores;
  if (node.signal(0) == nullptr) return bad_request("does not depend on the network's input");
  Signal signal = std::get<Signal>(*scores);
  const std::string transform = after_transform(node);
  if (transform != "NONE" && transform != "SOFTMAX" && transform != "LOGISTIC") {
    return bad_request("post_transform {} is not read", transform);
  }
  const bool single = size(signal.shape) == 1;
  if (single && transform != "LOGISTIC") {
    return bad_request("has one score for two classes; only LOGISTIC is read of it");
  }
  if (single) {
    signal.ending = Ending::sigmoid;
  } else if (transform != "NONE") {
    signal.ending = transform == "SOFTMAX" ? Ending::softmax : Ending::sigmoid;
    if (node.output() == 0) {
      progression.warnings.push_back(
          fmt::format("the final {} is dropped: outputs are the scores before it", transform));
    }
  }
  signal.label = node.output() == 0;
  return signal;
}

}  // namespace brink::graph
