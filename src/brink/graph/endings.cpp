// What a classifier ends in and the network does not have: Softmax, Sigmoid, ArgMax and labels, and
// scikit-learn's tables of probabilities.
//
// Softmax and a Sigmoid of each output keep the outputs' order, so the class, and are dropped. The
// Sigmoid p of a single output y is the probability of one class of two; with
//     1 - p = e^0 / (e^0 + e^y),  p = e^y / (e^0 + e^y)
// it is read as the Softmax of two outputs, 0 and y.
#include <algorithm>
#include <span>

#include "brink/graph/node.h"

namespace brink::graph {

namespace {

bool is_p(const Signal* signal) {
  return signal != nullptr && signal->ending == Ending::sigmoid && size(signal->shape) == 1;
}

bool is_one_minus_p(const Signal* signal) {
  return signal != nullptr && signal->ending == Ending::one_minus_p;
}

}  // namespace

/// It is read where it ends the graph and runs over all outputs. Before opset 13 Softmax ran over
/// all axes from `axis` on.
Expected<Value> apply_softmax(const Node& node, Progression& progression) {
  const Signal* signal = node.signal(0);
  if (signal == nullptr) return bad_request("does not depend on the network's input");
  const bool flattens = node.opset() < 13;
  const auto given = node.integer("axis", flattens ? 1 : -1);
  if (!given) return tl::unexpected(given.error());
  const auto axis = normal_axis(*given, signal->shape.size());
  if (!axis) return tl::unexpected(axis.error());
  const std::span<const std::int64_t> extents(signal->shape);
  std::int64_t covered = 1;
  for (const std::int64_t extent : extents.subspan(*axis, flattens ? std::dynamic_extent : 1)) {
    covered *= extent;
  }
  if (covered != size(signal->shape)) {
    return bad_request("runs along axis {} of a value of shape {}, not over all outputs", *given,
                       text(signal->shape));
  }
  progression.warnings.push_back(
      fmt::format("the final {} is dropped: outputs are the logits before it", node.type()));
  return Signal{signal->shape, signal->form, Ending::softmax};
}

Expected<Value> apply_sigmoid(const Node& node, Progression& progression) {
  const Signal* signal = node.only_signal();
  if (signal == nullptr) return apply_elementwise(node, progression);
  if (size(signal->shape) > 1) {
    progression.warnings.emplace_back(
        "the final Sigmoid is dropped: outputs are what it is applied to, in the same order; "
        "ratios "
        "of probabilities are not ratios of these");
  }
  return Signal{signal->shape, signal->form, Ending::sigmoid};
}

/// scikit-learn's list of {class: probability} holds the probabilities in the order of the classes.
Expected<Value> apply_zip_map(const Node& node, Progression&) {
  if (node.signal(0) == nullptr) return bad_request("does not depend on the network's input");
  return *node.input(0);
}

/// Of one row of outputs, or of probabilities that are in their order. What is least is the largest
/// of the negatives.
Expected<Value> apply_arg_max(const Node& node, Progression& progression) {
  const Signal* signal = node.signal(0);
  if (signal == nullptr) return bad_request("does not depend on the network's input");
  const bool least = node.type() == "ArgMin";
  if (least && signal->ending != Ending::none) return refuse_after_ending(signal->ending);
  const auto given = node.integer("axis", 0);
  if (!given) return tl::unexpected(given.error());
  const auto axis = normal_axis(*given, signal->shape.size());
  if (!axis) return tl::unexpected(axis.error());
  if (signal->shape[*axis] != size(signal->shape) || signal->shape[*axis] < 2) {
    return bad_request(
        "runs along axis {} of a value of shape {}, not over all of several outputs; read the "
        "outputs before it (--output-name, or export without it)",
        *given, text(signal->shape));
  }
  progression.warnings.push_back(
      fmt::format("the final {} is dropped: outputs are what it compares{}", node.type(),
                  least ? ", with the other sign, so that the class is the largest" : ""));
  Signal result = least ? std::get<Signal>(scaled(*node.input(0), -1, 0)) : *signal;
  result.label = true;
  return result;
}

/// A row of probabilities over its sum; it keeps their order, and is 1 already for a Softmax.
Expected<Value> apply_normalizer(const Node& node, Progression&) {
  const Signal* signal = node.signal(0);
  const Attribute* norm = node.attribute("norm");
  const bool sum = norm != nullptr && norm->text == "L1";
  if (signal == nullptr || signal->ending == Ending::none || !sum) {
    return bad_request("{}", refusal(node.type()));
  }
  return *signal;
}

bool follows_label(const Node& node) {
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    if (node.signal(i) != nullptr && node.signal(i)->label) return true;
  }
  return false;
}

Expected<Value> apply_to_label(const Node& node) {
  constexpr std::string_view kNames[] = {"Cast",
                                         "Reshape",
                                         "Identity",
                                         "Flatten",
                                         "Squeeze",
                                         "Unsqueeze",
                                         "ai.onnx.ml.ArrayFeatureExtractor",
                                         "ai.onnx.ml.LabelEncoder"};
  const bool passes =
      std::find(std::begin(kNames), std::end(kNames), node.type()) != std::end(kNames);
  if (!passes || node.signals() > 1) {
    return bad_request("follows an ArgMax, which is only read at the end of a network");
  }
  return *node.only_signal();
}

std::optional<Ending> complement_ending(const Node& node) {
  if (node.type() != "Sub" || !is_p(node.signal(1))) return std::nullopt;
  const Tensor* one = node.input(0) == nullptr ? nullptr : std::get_if<Tensor>(node.input(0));
  if (one == nullptr || one->values != std::vector<double>{1}) return std::nullopt;
  return one->shape.size() <= node.signal(1)->shape.size() ? std::optional(Ending::one_minus_p)
                                                           : std::nullopt;
}

std::optional<Ending> pair_ending(const Node& node) {
  if (node.type() != "Concat" || node.inputs() != 2) return std::nullopt;
  const Signal *first = node.signal(0), *second = node.signal(1);
  if (is_one_minus_p(first) && is_p(second)) return Ending::one_minus_p_and_p;
  if (is_p(first) && is_one_minus_p(second)) return Ending::p_and_one_minus_p;
  return std::nullopt;
}

Expected<Affine> finish_ending(const Signal& signal, Progression& progression) {
  const bool pair = size(signal.shape) == 2;
  Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(2, 1);
  if (signal.ending == Ending::one_minus_p_and_p || is_p(&signal)) {
    weights(1, 0) = 1;
  } else if (signal.ending == Ending::p_and_one_minus_p) {
    weights(0, 0) = 1;
  } else if (is_one_minus_p(&signal)) {
    weights(1, 0) = -1;
  } else {
    return *signal.form;
  }
  const bool first = weights(0, 0) != 0, negated = weights(1, 0) < 0;
  progression.warnings.push_back(fmt::format(
      "the final Sigmoid of one output y{} is read as two outputs, {}: class {} where y {} 0, that "
      "is where the Sigmoid is {} 0.5",
      pair ? ", and one minus it," : "",
      first     ? "y and 0"
      : negated ? "0 and -y"
                : "0 and y",
      first ? 0 : 1, negated ? "<" : ">", negated ? "below" : "above"));
  return mapped(*signal.form, Matrix(weights), Eigen::VectorXd::Zero(2));
}

}  // namespace brink::graph
