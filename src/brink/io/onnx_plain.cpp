// Operators without arithmetic: Identity, Dropout, Cast, Constant.
#include "onnx_node.h"

namespace brink::onnx_reader {

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
Expected<Value> apply_cast(const Node& node, Progression& progression) {
  const auto given = node.integer("to", onnx::TensorProto::UNDEFINED);
  if (!given) return tl::unexpected(given.error());
  const int to = *given >= 0 && *given < 1000 ? static_cast<int>(*given) : -1;
  if (node.signal(0) != nullptr) {
    if (!is_real(to)) {
      return bad_request("casts to {}, which rounds what depends on the network's input",
                         data_type_name(to));
    }
    if (is_half(to)) progression.note_half();
    return *node.input(0);
  }
  Tensor tensor = std::get<Tensor>(*node.input(0));
  tensor.integer = !is_real(to);
  for (double& value : tensor.values) {
    const auto cast = cast_to(value, to);
    if (!cast) return tl::unexpected(cast.error());
    value = *cast;
  }
  return tensor;
}

Expected<Value> apply_constant(const Node& node, Progression& progression) {
  for (const onnx::AttributeProto& attribute : node.proto().attribute()) {
    Tensor tensor;
    if (attribute.name() == "value") {
      auto read = read_tensor(attribute.t(), progression.folder);
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
    return tensor;
  }
  return bad_request("has no value");
}

}  // namespace brink::onnx_reader
