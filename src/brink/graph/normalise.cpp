// Affine maps with their own operators: BatchNormalization of inference, scikit-learn's Scaler, and
// weights kept as integers with a scale.
//     BatchNormalization   gamma (v - mean) / sqrt(variance + epsilon) + beta    by channel
//     Scaler               (v - offset) scale                                    by feature
//     DequantizeLinear     (q - zero point) scale                                of constants
#include "brink/graph/node.h"

namespace brink::graph {

namespace {

/// One number for each channel (axis 1).
Expected<Eigen::VectorXd> by_channel(const Node& node, std::size_t input, const Shape& signal) {
  const auto tensor = node.constant(input);
  if (!tensor) return tl::unexpected(tensor.error());
  if ((*tensor)->shape != Shape{signal[1]}) {
    return bad_request("input {} has shape {}, the value {} has {} channels", input + 1,
                       text((*tensor)->shape), text(signal), signal[1]);
  }
  return spread(Tensor{Shape{1, signal[1]}, (*tensor)->values}, Shape{1, signal[1]});
}

Expected<void> check_inference(const Node& node, const Shape& signal) {
  const auto training = node.integer("training_mode", 0);
  if (!training) return tl::unexpected(training.error());
  const auto is_test = node.integer("is_test", node.opset() < 7 ? 0 : 1);
  if (!is_test) return tl::unexpected(is_test.error());
  if (*training != 0 || *is_test == 0) {
    return bad_request("is in training mode; export the network for inference");
  }
  const auto spatial = node.integer("spatial", 1);
  if (!spatial) return tl::unexpected(spatial.error());
  if (*spatial == 0 && signal.size() > 2)
    return bad_request("normalises each element alone (spatial 0), not channels");
  return {};
}

/// An element for each of `channels`, spread over the value.
Eigen::VectorXd over_channels(const Eigen::VectorXd& values, const Shape& signal) {
  Shape own(signal.size(), 1);
  own[1] = signal[1];
  return values(spread(own, signal));
}

/// A list of floats with one number, or one for each feature (the last axis).
Expected<Eigen::VectorXd> by_feature(const Node& node, std::string_view name, const Shape& signal) {
  const Attribute* list = node.attribute(name);
  if (list == nullptr) return bad_request("attribute '{}' is missing", name);
  Tensor tensor{{std::ssize(list->reals)}, list->reals};
  if (auto ok = finite(tensor); !ok)
    return bad_request("attribute '{}' {}", name, ok.error().message);
  if (signal.empty() || (tensor.shape[0] != 1 && tensor.shape[0] != signal.back())) {
    return bad_request("attribute '{}' has {} numbers, the value has shape {}", name,
                       tensor.shape[0], text(signal));
  }
  return spread(tensor, signal);
}

/// A scale or zero point, spread over the constant: a scalar, or a vector along the axis.
Expected<Eigen::VectorXd> along(const Tensor& tensor, const Node& node, const Shape& shape) {
  if (tensor.values.size() == 1) return Eigen::VectorXd::Constant(size(shape), tensor.values[0]);
  const auto given = node.integer("axis", 1);
  if (!given) return tl::unexpected(given.error());
  const auto axis = normal_axis(*given, shape.size());
  if (!axis) return tl::unexpected(axis.error());
  if (tensor.shape != Shape{shape[*axis]}) {
    return bad_request("has scales or zero points of shape {} for axis {} of {}",
                       text(tensor.shape), *given, text(shape));
  }
  Shape own(shape.size(), 1);
  own[*axis] = shape[*axis];
  return spread(Tensor{std::move(own), tensor.values}, shape);
}

}  // namespace

Expected<Value> apply_batch_normalization(const Node& node, Progression&) {
  const Shape& signal = shape_of(*node.input(0));
  if (signal.size() < 2) return bad_request("a value of shape {} has no channels", text(signal));
  if (auto ok = check_inference(node, signal); !ok) return tl::unexpected(ok.error());
  const auto epsilon = node.real("epsilon", kNormalisationEpsilon);
  if (!epsilon) return tl::unexpected(epsilon.error());
  Expected<Eigen::VectorXd> parameters[4];  // gamma, beta, mean, variance
  for (std::size_t i = 0; i < 4; ++i) {
    parameters[i] = by_channel(node, i + 1, signal);
    if (!parameters[i]) return tl::unexpected(parameters[i].error());
  }
  const Eigen::VectorXd spreads = *parameters[3] + Eigen::VectorXd::Constant(signal[1], *epsilon);
  if (!(spreads.array() > 0).all()) return bad_request("has a variance that is not positive");
  const Eigen::VectorXd scale = parameters[0]->cwiseQuotient(spreads.cwiseSqrt());
  const Eigen::VectorXd shift = *parameters[1] - parameters[2]->cwiseProduct(scale);
  const Eigen::VectorXd sizes =
      parameters[1]->cwiseAbs() + 2 * parameters[2]->cwiseProduct(scale).cwiseAbs();
  constexpr double kRoundings = 6;  // sum, root, quotient, product, difference
  return scaled(*node.input(0), over_channels(scale, signal), over_channels(shift, signal),
                {kRoundings, kRoundings * over_channels(sizes, signal)});
}

Expected<Value> apply_scaler(const Node& node, Progression&) {
  const Shape& signal = shape_of(*node.input(0));
  const auto offset = by_feature(node, "offset", signal);
  if (!offset) return tl::unexpected(offset.error());
  const auto scale = by_feature(node, "scale", signal);
  if (!scale) return tl::unexpected(scale.error());
  const Eigen::VectorXd shift = -offset->cwiseProduct(*scale);
  return scaled(*node.input(0), *scale, shift, {0, shift.cwiseAbs()});
}

Expected<Value> apply_dequantize(const Node& node, Progression& progression) {
  if (node.signals() > 0) return bad_request("{}", refusal("DequantizeLinear"));
  const auto block = node.integer("block_size", 0);
  if (!block) return tl::unexpected(block.error());
  if (*block != 0) return bad_request("has scales by blocks; scales by tensor or axis are read");
  const Tensor& quantized = **node.constant(0);
  if (auto room = progression.has_room(quantized.shape); !room) {
    return tl::unexpected(room.error());
  }
  const auto scale = along(**node.constant(1), node, quantized.shape);
  if (!scale) return tl::unexpected(scale.error());
  Tensor result{quantized.shape, quantized.values};
  Eigen::Map<Eigen::VectorXd> values(result.values.data(), scale->size());
  if (node.input(2) != nullptr) {
    const auto zero = along(**node.constant(2), node, quantized.shape);
    if (!zero) return tl::unexpected(zero.error());
    values -= *zero;
  }
  values.array() *= scale->array();
  return result;
}

}  // namespace brink::graph
