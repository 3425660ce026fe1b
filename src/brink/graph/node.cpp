// A node's inputs and attributes, by kind.
#include <algorithm>
#include <cmath>

#include "brink/graph/node.h"

namespace brink::graph {

const Shape& shape_of(const Value& value) {
  return std::visit([](const auto& held) -> const Shape& { return held.shape; }, value);
}

Signal signal_of(Shape shape, Affine form) {
  return {std::move(shape), std::make_shared<const Affine>(std::move(form))};
}

Affine form_of(const Value& value) {
  if (const Signal* signal = std::get_if<Signal>(&value)) return *signal->form;
  const auto& values = std::get<Tensor>(value).values;
  return constant(Eigen::Map<const Eigen::VectorXd>(values.data(), std::ssize(values)));
}

Expected<std::int64_t> Progression::has_room(const Shape& shape) const {
  const auto count = checked_size(shape);
  if (!count) return count;
  if (*count > std::min(room, kMostMade))
    return bad_request("makes constants too large for a network of this kind");
  return count;
}

void Progression::leave_batch(const Shape& old, Shape& wanted) const {
  if (batch > 1 && !old.empty() && old[0] == 1 && !wanted.empty() && wanted[0] == batch) {
    wanted[0] = 1;
  }
}

void Progression::note_half() {
  const std::string text =
      "the file computes in half precision; the network is read as exact arithmetic, which that "
      "rounds coarsely";
  if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(text);
}

const Signal* Node::signal(std::size_t i) const {
  const Value* value = input(i);
  return value == nullptr ? nullptr : std::get_if<Signal>(value);
}

const Signal* Node::only_signal() const {
  for (std::size_t i = 0; i < inputs(); ++i) {
    if (const Signal* found = signal(i)) return found;
  }
  return nullptr;
}

std::size_t Node::signals() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < inputs(); ++i) count += signal(i) != nullptr ? 1 : 0;
  return count;
}

std::vector<const Tensor*> Node::constants() const {
  std::vector<const Tensor*> found;
  for (const Value* value : inputs_) {
    const Tensor* tensor = value == nullptr ? nullptr : std::get_if<Tensor>(value);
    if (tensor != nullptr) found.push_back(tensor);
  }
  return found;
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

const Attribute* Node::attribute(std::string_view name) const {
  const auto found = operation_.attributes.find(name);
  return found == operation_.attributes.end() ? nullptr : &found->second;
}

Expected<std::int64_t> Node::integer(std::string_view name, std::int64_t otherwise) const {
  const Attribute* found = attribute(name);
  if (found == nullptr) return otherwise;
  if (!found->integer) return bad_request("attribute '{}' is not an integer", name);
  return *found->integer;
}

Expected<double> Node::real(std::string_view name, double otherwise) const {
  const Attribute* found = attribute(name);
  if (found == nullptr) return otherwise;
  if (!found->real || !std::isfinite(*found->real)) {
    return bad_request("attribute '{}' is not a finite number", name);
  }
  return *found->real;
}

std::string label(const Operation& operation) {
  const auto& [name, type, inputs, outputs, attributes] = operation;
  if (!name.empty()) return fmt::format("node '{}' ({})", name, type);
  return fmt::format("the node of output '{}' ({})", outputs.empty() ? "" : outputs.front(), type);
}

Expected<std::size_t> normal_axis(std::int64_t axis, std::size_t rank, bool end_allowed) {
  const auto end = static_cast<std::int64_t>(rank);
  const std::int64_t normal = axis < 0 ? axis + end : axis;
  if (normal < 0 || normal >= end + (end_allowed ? 1 : 0)) {
    return bad_request("axis {} does not exist in a value of {} dimensions", axis, rank);
  }
  return static_cast<std::size_t>(normal);
}

Expected<std::vector<std::size_t>> normal_axes(const Shape& axes, std::size_t rank) {
  std::vector<std::size_t> result;
  for (const std::int64_t axis : axes) {
    const auto normal = normal_axis(axis, rank);
    if (!normal) return tl::unexpected(normal.error());
    result.push_back(*normal);
  }
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) {
    return bad_request("names an axis twice");
  }
  return result;
}

Expected<std::optional<Shape>> integers(const Node& node, std::string_view attribute,
                                        std::size_t input) {
  if (const Attribute* found = node.attribute(attribute)) {
    return found->integers;
  }
  if (node.input(input) == nullptr) return std::nullopt;
  const auto tensor = node.constant(input);
  if (!tensor) return tl::unexpected(tensor.error());
  if (!(*tensor)->integer) return bad_request("{} are not integers", attribute);
  constexpr double kFarOff = 4e18;  // "to the end" is written as the largest integer
  Shape result;
  for (const double value : (*tensor)->values) {
    result.push_back(static_cast<std::int64_t>(std::clamp(value, -kFarOff, kFarOff)));
  }
  return result;
}

}  // namespace brink::graph
