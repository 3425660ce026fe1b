// Flatten, Reshape, Squeeze, Unsqueeze: the elements stay in row order, only the shape changes.
// Shape, Size, ConstantOfShape, Range: constants made of shapes, which are known.
#include <algorithm>
#include <cmath>

#include "brink/graph/node.h"

namespace brink::graph {

namespace {

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

Expected<Value> apply_reshape(const Node& node, Progression& progression) {
  const Shape& old = shape_of(*node.input(0));
  auto shape = integers(node, "shape", 1);
  if (!shape) return tl::unexpected(shape.error());
  if (!*shape) return bad_request("has no shape to make");
  const auto allow_zero = node.integer("allowzero", 0);
  if (!allow_zero) return tl::unexpected(allow_zero.error());
  Shape wanted = **shape;
  if (node.signal(0) != nullptr) progression.leave_batch(old, wanted);
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
  const auto given = integers(node, "axes", 1);
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
  const auto given = integers(node, "axes", 1);
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

Expected<Value> apply_shape(const Node& node, Progression&) {
  const Shape& shape = shape_of(*node.input(0));
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto start = node.integer("start", 0);
  if (!start) return tl::unexpected(start.error());
  const auto end = node.integer("end", rank);
  if (!end) return tl::unexpected(end.error());
  const auto within = [rank](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t first = within(*start), last = std::max(first, within(*end));
  return Tensor{{last - first}, {shape.begin() + first, shape.begin() + last}, true};
}

Expected<Value> apply_size(const Node& node, Progression&) {
  return Tensor{{}, {static_cast<double>(size(shape_of(*node.input(0))))}, true};
}

Expected<Value> apply_constant_of_shape(const Node& node, Progression& progression) {
  const auto shape = integers(node, "shape", 0);
  if (!shape) return tl::unexpected(shape.error());
  const auto count = progression.has_room(**shape);
  if (!count) return tl::unexpected(count.error());
  Tensor element{{1}, {0}};
  if (const Attribute* value = node.attribute("value")) {
    if (!value->tensor || value->tensor->values.size() != 1) {
      return bad_request("its value is not one number");
    }
    element = *value->tensor;
  }
  const auto length = static_cast<std::size_t>(*count);
  return Tensor{**shape, std::vector<double>(length, element.values[0]), element.integer};
}

Expected<Value> apply_range(const Node& node, Progression& progression) {
  double numbers[3] = {};  // start, limit, step
  for (std::size_t i = 0; i < 3; ++i) {
    const Tensor& tensor = **node.constant(i);
    if (tensor.values.size() != 1) return bad_request("its input {} is not one number", i + 1);
    numbers[i] = tensor.values[0];
  }
  const double count = std::max(0.0, std::ceil((numbers[1] - numbers[0]) / numbers[2]));
  if (!(count <= 1e9))
    return bad_request("has no end: {} from {} to {}", numbers[2], numbers[0], numbers[1]);
  const Shape shape = {static_cast<std::int64_t>(count)};
  if (auto room = progression.has_room(shape); !room) return tl::unexpected(room.error());
  Tensor result{shape, {}, node.constants().front()->integer};
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    result.values.push_back(numbers[0] + static_cast<double>(i) * numbers[2]);
  }
  return result;
}

}  // namespace brink::graph
