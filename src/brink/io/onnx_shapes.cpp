// Flatten, Reshape, Squeeze, Unsqueeze: the elements stay in row order, only the shape changes.
#include <algorithm>
#include <cmath>

#include "onnx_node.h"

namespace brink::onnx_reader {

namespace {

constexpr double kLargestExtent = 1e9;

const Shape& shape_of(const Value& value) {
  return std::visit([](const auto& held) -> const Shape& { return held.shape; }, value);
}

Expected<Value> with_shape(const Value& value, Shape shape) {
  const Shape& old = shape_of(value);
  const auto count = checked_size(shape);
  if (!count || *count != size(old)) {
    return bad_request("makes {} of a value of shape {}: the sizes differ", text(shape), text(old));
  }
  Value result = value;
  std::visit([&shape](auto& held) { held.shape = std::move(shape); }, result);
  return result;
}

/// A list of integers: from the attribute in old opsets, from input 2 in new ones; nothing if both
/// are absent.
Expected<std::optional<Shape>> integers(const Node& node, std::string_view attribute) {
  if (const onnx::AttributeProto* found = node.attribute(attribute)) {
    return Shape(found->ints().begin(), found->ints().end());
  }
  if (node.input(1) == nullptr) return std::nullopt;
  const auto tensor = node.constant(1);
  if (!tensor) return tl::unexpected(tensor.error());
  if (!(*tensor)->integer) return bad_request("{} are not integers", attribute);
  Shape result;
  for (const double value : (*tensor)->values) {
    if (std::abs(value) > kLargestExtent)
      return bad_request("{} has the element {}", attribute, value);
    result.push_back(static_cast<std::int64_t>(value));
  }
  return result;
}

/// Sorted, each once.
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

bool contains(const std::vector<std::size_t>& axes, std::size_t axis) {
  return std::binary_search(axes.begin(), axes.end(), axis);
}

}  // namespace

Expected<Value> apply_flatten(const Node& node, Progression&) {
  const Shape& shape = shape_of(*node.input(0));
  const auto given = node.integer("axis", 1);
  if (!given) return tl::unexpected(given.error());
  const auto axis = normal_axis(*given, shape.size(), true);
  if (!axis) return tl::unexpected(axis.error());
  const auto middle = shape.begin() + static_cast<std::ptrdiff_t>(*axis);
  return with_shape(*node.input(0),
                    {size(Shape(shape.begin(), middle)), size(Shape(middle, shape.end()))});
}

Expected<Value> apply_reshape(const Node& node, Progression&) {
  const Shape& old = shape_of(*node.input(0));
  auto shape = integers(node, "shape");
  if (!shape) return tl::unexpected(shape.error());
  if (!*shape) return bad_request("has no shape to make");
  const auto allow_zero = node.integer("allowzero", 0);
  if (!allow_zero) return tl::unexpected(allow_zero.error());
  Shape wanted = **shape;
  std::int64_t* inferred = nullptr;
  std::int64_t rest = 1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && *allow_zero == 0 && i < old.size()) wanted[i] = old[i];
    if (wanted[i] == -1) {
      if (inferred != nullptr) return bad_request("leaves two extents open in {}", text(wanted));
      inferred = &wanted[i];
    } else if (wanted[i] <= 0 || rest > size(old) / wanted[i]) {
      return bad_request("cannot make {} of a value of shape {}", text(wanted), text(old));
    } else {
      rest *= wanted[i];
    }
  }
  if (inferred != nullptr) *inferred = size(old) / rest;
  return with_shape(*node.input(0), wanted);
}

Expected<Value> apply_squeeze(const Node& node, Progression&) {
  const Shape& old = shape_of(*node.input(0));
  const auto given = integers(node, "axes");
  if (!given) return tl::unexpected(given.error());
  const auto axes = normal_axes(given->value_or(Shape{}), old.size());
  if (!axes) return tl::unexpected(axes.error());
  Shape shape;
  for (std::size_t i = 0; i < old.size(); ++i) {
    const bool dropped = *given ? contains(*axes, i) : old[i] == 1;
    if (dropped && old[i] != 1) {
      return bad_request("axis {} of a value of shape {} is not of extent 1", i, text(old));
    }
    if (!dropped) shape.push_back(old[i]);
  }
  return with_shape(*node.input(0), shape);
}

Expected<Value> apply_unsqueeze(const Node& node, Progression&) {
  const Shape& old = shape_of(*node.input(0));
  const auto given = integers(node, "axes");
  if (!given) return tl::unexpected(given.error());
  if (!*given) return bad_request("has no axes");
  const std::size_t rank = old.size() + (*given)->size();
  const auto axes = normal_axes(**given, rank);
  if (!axes) return tl::unexpected(axes.error());
  Shape shape;
  auto next = old.begin();
  for (std::size_t i = 0; i < rank; ++i) shape.push_back(contains(*axes, i) ? 1 : *next++);
  return with_shape(*node.input(0), shape);
}

}  // namespace brink::onnx_reader
