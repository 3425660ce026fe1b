// Operators without arithmetic: Identity, Dropout, Cast, Constant, and Imputer.
#include <cmath>

#include "brink/graph/node.h"

namespace brink::graph {

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
  const auto given = node.integer("to", kUndefined);
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

/// What is missing is NaN, which no input of ours is.
Expected<Value> apply_imputer(const Node& node, Progression&) {
  const Attribute* replaced = node.attribute("replaced_value_float");
  const double value = replaced != nullptr && replaced->real ? *replaced->real : 0;
  if (!std::isnan(value)) {
    return bad_request("replaces {} in what depends on the network's input, which jumps", value);
  }
  return *node.input(0);
}

Expected<Value> apply_constant(const Node& node, Progression&) {
  for (const auto& [name, attribute] : node.operation().attributes) {
    if (name == "value" && attribute.tensor) return *attribute.tensor;
    if (name == "value_float" && attribute.real) return Tensor{{}, {*attribute.real}};
    if (name == "value_int" && attribute.integer) {
      return Tensor{{}, {static_cast<double>(*attribute.integer)}, true};
    }
    if (name == "value_floats") return Tensor{{std::ssize(attribute.reals)}, attribute.reals};
    if (name == "value_ints") {
      const Shape& list = attribute.integers;
      return Tensor{{std::ssize(list)}, {list.begin(), list.end()}, true};
    }
  }
  return bad_request("has no value");
}

}  // namespace brink::graph
