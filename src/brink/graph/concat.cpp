// Concat and Split: values beside each other along an axis.
//
// Along axis a, element (p, q, r) of a value is number (p n + q) m + r: n its extent there, p over
// the axes before, r over the m elements of those behind.
#include <algorithm>
#include <numeric>

#include "brink/graph/node.h"

namespace brink::graph {

namespace {

struct Around {
  std::int64_t outer, inner;  ///< elements of the axes before and behind
};

Around around(const Shape& shape, std::size_t axis) {
  const auto middle = shape.begin() + static_cast<std::ptrdiff_t>(axis);
  return {size(Shape(shape.begin(), middle)), size(Shape(middle + 1, shape.end()))};
}

/// The elements first, ..., first + count - 1 along an axis of extent `extent`.
Selection part(const Around& at, std::int64_t extent, std::int64_t first, std::int64_t count) {
  Selection result;
  for (std::int64_t row = 0; row < at.outer; ++row) {
    for (std::int64_t i = first * at.inner; i < (first + count) * at.inner; ++i) {
      result.push_back(row * extent * at.inner + i);
    }
  }
  return result;
}

Expected<Shape> joined_shape(const std::vector<const Value*>& parts, std::size_t axis) {
  const Shape& first = shape_of(*parts.front());
  Shape shape = first;
  shape[axis] = 0;
  for (const Value* part : parts) {
    Shape expected = shape_of(*part);
    if (expected.size() != shape.size()) return bad_request("joins values of different ranks");
    shape[axis] += expected[axis];
    expected[axis] = shape[axis];
    if (expected != shape) {
      return bad_request("cannot join values of shapes {} and {}", text(first),
                         text(shape_of(*part)));
    }
  }
  return shape;
}

Value concatenated(const std::vector<const Value*>& values, const Shape& shape, std::size_t axis) {
  std::vector<Affine> parts;
  std::vector<Selection> places;
  std::int64_t first = 0;
  bool constant = true;
  for (const Value* value : values) {
    const std::int64_t extent = shape_of(*value)[axis];
    parts.push_back(form_of(*value));
    places.push_back(part(around(shape, axis), shape[axis], first, extent));
    first += extent;
    constant = constant && std::holds_alternative<Tensor>(*value);
  }
  Affine form = joined(parts, places, size(shape));
  if (!constant) return signal_of(shape, std::move(form));
  return Tensor{shape,
                {form.constant.begin(), form.constant.end()},
                std::get<Tensor>(*values.front()).integer};
}

/// How long the parts are: as given, or as equal as may be with the last one shorter.
Expected<Shape> split_lengths(const Node& node, std::int64_t extent) {
  const auto given = integers(node, "split", 1);
  if (!given) return tl::unexpected(given.error());
  const auto count = node.integer("num_outputs", std::ssize(node.operation().outputs));
  if (!count) return tl::unexpected(count.error());
  Shape lengths = given->value_or(Shape{});
  const std::int64_t each = *count > 0 ? extent / *count + (extent % *count != 0 ? 1 : 0) : 0;
  for (std::int64_t i = 0; !*given && i < std::min(*count, extent); ++i) {
    lengths.push_back(std::min(each, extent - i * each));
  }
  if (std::any_of(lengths.begin(), lengths.end(),
                  [extent](std::int64_t n) { return n < 0 || n > extent; }) ||
      std::reduce(lengths.begin(), lengths.end()) != extent) {
    return bad_request("splits an axis of extent {} into {}", extent, text(lengths));
  }
  return lengths;
}

}  // namespace

Expected<Value> apply_concat(const Node& node, Progression& progression) {
  const auto given = node.integer("axis", 1);
  if (!given) return tl::unexpected(given.error());
  std::vector<const Value*> parts;
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    if (node.input(i) != nullptr) parts.push_back(node.input(i));
  }
  const std::size_t rank = shape_of(*parts.front()).size();
  const auto axis = normal_axis(*given, rank);
  if (!axis) return tl::unexpected(axis.error());
  if (node.signals() > 0 && *axis == 0 && rank > 1) {
    return bad_request("joins values along axis 0 of {}, which is the batch", rank);
  }
  auto shape = joined_shape(parts, *axis);
  if (!shape) return tl::unexpected(shape.error());
  if (auto room = progression.has_room(*shape); !room) return tl::unexpected(room.error());
  if (const auto ending = pair_ending(node)) {
    return Signal{std::move(*shape), node.only_signal()->form, *ending};
  }
  return concatenated(parts, *shape, *axis);
}

Expected<Value> apply_split(const Node& node, Progression& progression) {
  const Value& value = *node.input(0);
  Shape shape = shape_of(value);
  const auto given = node.integer("axis", 0);
  if (!given) return tl::unexpected(given.error());
  const auto axis = normal_axis(*given, shape.size());
  if (!axis) return tl::unexpected(axis.error());
  const std::int64_t extent = shape[*axis];
  const auto lengths = split_lengths(node, extent);
  if (!lengths) return tl::unexpected(lengths.error());
  if (node.output() >= lengths->size()) {
    return bad_request("makes {} parts and has {} outputs", lengths->size(),
                       std::ssize(node.operation().outputs));
  }
  if (auto room = progression.has_room(shape); !room) return tl::unexpected(room.error());
  const auto begin = lengths->begin();
  const std::int64_t first = std::reduce(begin, begin + static_cast<std::ptrdiff_t>(node.output()));
  shape[*axis] = (*lengths)[node.output()];
  const Around at = around(shape, *axis);
  return selected(value, shape, part(at, extent, first, shape[*axis]));
}

}  // namespace brink::graph
