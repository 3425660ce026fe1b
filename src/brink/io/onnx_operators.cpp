// Which operators are read, with which attributes; those too short for a file of their own.
#include <algorithm>
#include <cmath>
#include <span>

#include "onnx_node.h"

namespace brink::onnx_reader {

namespace {

Expected<Value> apply_identity(const Node& node, Progression&) {
  return *node.input(0);
}

Expected<Value> apply_dropout(const Node& node, Progression&) {
  if (node.input(2) != nullptr) {
    const auto training = node.constant(2);
    if (!training) return tl::unexpected(training.error());
    if (!(*training)->values.empty() && (*training)->values.front() != 0) {
      return bad_request("is in training mode; export the network for inference");
    }
  }
  return *node.input(0);
}

/// Signals stay in double precision whatever floating type they are cast to.
Expected<Value> apply_cast(const Node& node, Progression&) {
  const auto to = node.integer("to", onnx::TensorProto::UNDEFINED);
  if (!to) return tl::unexpected(to.error());
  const bool real = *to == onnx::TensorProto::FLOAT || *to == onnx::TensorProto::DOUBLE;
  const bool integer = *to == onnx::TensorProto::INT64 || *to == onnx::TensorProto::INT32;
  if (node.signal(0) != nullptr) {
    if (!real) return bad_request("casts to data type {}, only float and double are read", *to);
    return *node.input(0);
  }
  if (!real && !integer) {
    return bad_request("casts to data type {}, only float, double and integers are read", *to);
  }
  Tensor tensor = std::get<Tensor>(*node.input(0));
  tensor.integer = integer;
  for (double& value : tensor.values) {
    if (integer) value = std::trunc(value);
    if (*to == onnx::TensorProto::FLOAT) value = static_cast<float>(value);
    if (!std::isfinite(value)) return bad_request("casts a number beyond the range of float");
  }
  return tensor;
}

Expected<Value> apply_constant(const Node& node, Progression&) {
  for (const onnx::AttributeProto& attribute : node.proto().attribute()) {
    Tensor tensor;
    if (attribute.name() == "value") {
      auto read = read_tensor(attribute.t());
      if (!read) return bad_request("its tensor {}", read.error().message);
      return std::move(*read);
    }
    if (attribute.name() == "value_float") tensor.values = {attribute.f()};
    if (attribute.name() == "value_int") tensor.values = {static_cast<double>(attribute.i())};
    if (attribute.name() == "value_floats") {
      tensor.values.assign(attribute.floats().begin(), attribute.floats().end());
      tensor.shape = {attribute.floats_size()};
    }
    if (attribute.name() == "value_ints") {
      for (const std::int64_t i : attribute.ints()) {
        tensor.values.push_back(static_cast<double>(i));
      }
      tensor.shape = {attribute.ints_size()};
    }
    tensor.integer = attribute.name().starts_with("value_int");
    for (const double value : tensor.values) {
      if (!std::isfinite(value)) return bad_request("holds NaN or infinity");
    }
    return tensor;
  }
  return bad_request("has no value");
}

Expected<Value> apply_relu(const Node& node, Progression& progression) {
  if (node.signal(0) == nullptr) return bad_request("does not depend on the network's input");
  if (auto done = progression.chain.apply_relu(); !done) return tl::unexpected(done.error());
  return *node.input(0);
}

/// Softmax keeps the order of the logits, and so the class; it is dropped where it ends the graph
/// and runs over all outputs. Before opset 13 it ran over all axes from `axis` on.
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
  progression.warnings.push_back(fmt::format(
      "the final {} is dropped: outputs are the logits before it", node.proto().op_type()));
  progression.ended = true;
  return *signal;
}

struct Operator {
  std::string_view name;
  Expected<Value> (*apply)(const Node&, Progression&);
  std::size_t needed;   ///< inputs that must be present
  std::size_t allowed;  ///< inputs there may be
  bool computes;        ///< changes values, not only their shape or type
  std::vector<std::string_view> attributes;
};

const std::vector<std::string_view> kConstantAttributes = {"value", "value_float", "value_floats",
                                                           "value_int", "value_ints"};

const Operator* find_operator(std::string_view name) {
  static const std::vector<Operator> kOperators = {
      {"Gemm", apply_gemm, 2, 3, true, {"alpha", "beta", "transA", "transB", "broadcast"}},
      {"MatMul", apply_matmul, 2, 2, true, {}},
      {"Add", apply_elementwise, 2, 2, true, {"broadcast"}},
      {"Sub", apply_elementwise, 2, 2, true, {"broadcast"}},
      {"Mul", apply_elementwise, 2, 2, true, {"broadcast"}},
      {"Div", apply_elementwise, 2, 2, true, {"broadcast"}},
      {"Relu", apply_relu, 1, 1, true, {}},
      {"Softmax", apply_softmax, 1, 1, true, {"axis"}},
      {"LogSoftmax", apply_softmax, 1, 1, true, {"axis"}},
      {"Flatten", apply_flatten, 1, 1, false, {"axis"}},
      {"Reshape", apply_reshape, 1, 2, false, {"shape", "allowzero"}},
      {"Squeeze", apply_squeeze, 1, 2, false, {"axes"}},
      {"Unsqueeze", apply_unsqueeze, 1, 2, false, {"axes"}},
      {"Identity", apply_identity, 1, 1, false, {}},
      {"Dropout", apply_dropout, 1, 3, false, {"ratio", "seed", "is_test"}},
      {"Cast", apply_cast, 1, 1, false, {"to", "saturate"}},
      {"Constant", apply_constant, 0, 0, false, kConstantAttributes},
  };
  for (const Operator& candidate : kOperators) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

Expected<void> check_attributes(const Node& node, const Operator& known) {
  for (const onnx::AttributeProto& attribute : node.proto().attribute()) {
    const auto& names = known.attributes;
    // consumed_inputs: a hint of opset 1 without meaning for the result.
    if (attribute.name() != "consumed_inputs" &&
        std::find(names.begin(), names.end(), attribute.name()) == names.end()) {
      return bad_request("attribute '{}' is not supported", attribute.name());
    }
  }
  return {};
}

bool takes_signal(const Node& node) {
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    if (node.signal(i) != nullptr) return true;
  }
  return false;
}

Expected<void> check_inputs(const Node& node, const Operator& known,
                            const Progression& progression) {
  for (std::size_t i = 0; i < known.needed; ++i) {
    if (node.input(i) == nullptr) return bad_request("input {} is missing", i + 1);
  }
  if (node.inputs() > known.allowed) {
    return bad_request("has {} inputs, {} are expected", node.inputs(), known.allowed);
  }
  if (takes_signal(node) && known.computes && progression.ended) {
    return bad_request("follows a Softmax, which is only read at the end of a network");
  }
  return {};
}

Expected<Value> apply_unlabelled(const Node& node, Progression& progression) {
  const std::string& domain = node.proto().domain();
  const Operator* known = find_operator(node.proto().op_type());
  if (known == nullptr || (!domain.empty() && domain != "ai.onnx")) {
    return bad_request(
        "operator {}{}{} is not supported; only fully connected ReLU networks are read", domain,
        domain.empty() ? "" : ".", node.proto().op_type());
  }
  if (auto ok = check_attributes(node, *known); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_inputs(node, *known, progression); !ok) return tl::unexpected(ok.error());
  auto value = known->apply(node, progression);
  // Else a constant would have moved the chain on, and the signal would not be a single path.
  if (value && takes_signal(node) && !std::holds_alternative<Signal>(*value)) {
    return bad_request("makes a constant of a value that depends on the network's input");
  }
  return value;
}

}  // namespace

const Signal* Node::signal(std::size_t i) const {
  const Value* value = input(i);
  return value == nullptr ? nullptr : std::get_if<Signal>(value);
}

Expected<const Tensor*> Node::constant(std::size_t i) const {
  const Value* value = input(i);
  if (value == nullptr) return bad_request("input {} is missing", i + 1);
  const Tensor* tensor = std::get_if<Tensor>(value);
  if (tensor == nullptr) {
    return bad_request("input {} depends on the network's input where a constant is needed", i + 1);
  }
  return tensor;
}

const onnx::AttributeProto* Node::attribute(std::string_view name) const {
  for (const onnx::AttributeProto& attribute : proto_.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

Expected<std::int64_t> Node::integer(std::string_view name, std::int64_t otherwise) const {
  const onnx::AttributeProto* found = attribute(name);
  if (found == nullptr) return otherwise;
  if (!found->has_i()) return bad_request("attribute '{}' is not an integer", name);
  return found->i();
}

Expected<double> Node::real(std::string_view name, double otherwise) const {
  const onnx::AttributeProto* found = attribute(name);
  if (found == nullptr) return otherwise;
  if (!found->has_f() || !std::isfinite(found->f())) {
    return bad_request("attribute '{}' is not a finite number", name);
  }
  return found->f();
}

std::string label(const onnx::NodeProto& node) {
  if (!node.name().empty()) return fmt::format("node '{}' ({})", node.name(), node.op_type());
  return fmt::format("the node of output '{}' ({})", node.output_size() > 0 ? node.output(0) : "",
                     node.op_type());
}

Expected<std::size_t> normal_axis(std::int64_t axis, std::size_t rank, bool end_allowed) {
  const auto end = static_cast<std::int64_t>(rank);
  const std::int64_t normal = axis < 0 ? axis + end : axis;
  if (normal < 0 || normal >= end + (end_allowed ? 1 : 0)) {
    return bad_request("axis {} does not exist in a value of {} dimensions", axis, rank);
  }
  return static_cast<std::size_t>(normal);
}

Expected<Value> apply(const Node& node, Progression& progression) {
  auto value = apply_unlabelled(node, progression);
  if (!value) return bad_request("{}: {}", label(node.proto()), value.error().message);
  return value;
}

}  // namespace brink::onnx_reader
