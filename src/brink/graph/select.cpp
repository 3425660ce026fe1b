// Transpose, Slice, Gather, ArrayFeatureExtractor, Expand: elements in another order, some of them,
// or repeated. Each says which element of its input stands where in its result.
#include <algorithm>

#include "brink/graph/node.h"

namespace brink::graph {

namespace {

/// Positions first, first + step, ... of one axis.
struct Cut {
  std::int64_t first = 0, step = 1, count = 0;
};

/// numpy's rules: ends count from the right if negative, and are moved into the axis.
Expected<Cut> cut_of(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t extent) {
  if (step == 0) return bad_request("has a step of 0");
  const auto within = [extent, step](std::int64_t at) {
    const std::int64_t from_left = at < 0 ? at + extent : at;
    return step > 0 ? std::clamp<std::int64_t>(from_left, 0, extent)
                    : std::clamp<std::int64_t>(from_left, -1, extent - 1);
  };
  const std::int64_t first = within(start), last = within(end);
  const std::int64_t way = std::max<std::int64_t>(0, step > 0 ? last - first : first - last);
  const std::int64_t longest = extent + 1;
  const std::int64_t stride = std::clamp(step, -longest, longest);
  const std::int64_t length = std::abs(stride);
  return Cut{first, stride, (way + length - 1) / length};
}

struct SliceLists {
  Shape starts, ends, axes, steps;
};

Expected<SliceLists> slice_lists(const Node& node) {
  SliceLists lists;
  Shape* const targets[] = {&lists.starts, &lists.ends, &lists.axes, &lists.steps};
  constexpr std::string_view kNames[] = {"starts", "ends", "axes", "steps"};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto given = integers(node, kNames[i], i + 1);
    if (!given) return tl::unexpected(given.error());
    if (*given) {
      *targets[i] = **given;
    } else if (i < 2) {
      return bad_request("has no {}", kNames[i]);
    } else {
      for (std::size_t k = 0; k < lists.starts.size(); ++k) {
        targets[i]->push_back(i == 2 ? static_cast<std::int64_t>(k) : 1);
      }
    }
    if (targets[i]->size() != lists.starts.size()) {
      return bad_request("has {} starts and {} {}", lists.starts.size(), targets[i]->size(),
                         kNames[i]);
    }
  }
  return lists;
}

}  // namespace

Expected<Value> apply_transpose(const Node& node, Progression& progression) {
  const Shape& old = shape_of(*node.input(0));
  Shape order;
  for (std::size_t i = old.size(); i-- > 0;) order.push_back(static_cast<std::int64_t>(i));
  const auto given = integers(node, "perm", 1);
  if (!given) return tl::unexpected(given.error());
  if (*given) order = **given;
  const auto axes = normal_axes(order, old.size());
  if (!axes || axes->size() != old.size() ||
      std::any_of(order.begin(), order.end(), [](std::int64_t i) { return i < 0; })) {
    return bad_request("perm {} does not permute the axes of {}", text(order), text(old));
  }
  const Shape old_strides = row_strides(old);
  Shape shape, strides;
  for (const std::int64_t axis : order) {
    shape.push_back(old[static_cast<std::size_t>(axis)]);
    strides.push_back(old_strides[static_cast<std::size_t>(axis)]);
  }
  if (auto room = progression.has_room(shape); !room) return tl::unexpected(room.error());
  const Selection from = strided(shape, 0, strides);
  return selected(*node.input(0), std::move(shape), from);
}

Expected<Value> apply_slice(const Node& node, Progression& progression) {
  Shape shape = shape_of(*node.input(0));
  Shape strides = row_strides(shape);
  std::int64_t origin = 0;
  const auto lists = slice_lists(node);
  if (!lists) return tl::unexpected(lists.error());
  const auto sorted = normal_axes(lists->axes, shape.size());
  if (!sorted) return tl::unexpected(sorted.error());
  for (std::size_t k = 0; k < lists->axes.size(); ++k) {
    const std::size_t axis = *normal_axis(lists->axes[k], shape.size());
    const auto cut = cut_of(lists->starts[k], lists->ends[k], lists->steps[k], shape[axis]);
    if (!cut) return tl::unexpected(cut.error());
    origin += cut->first * strides[axis];
    strides[axis] *= cut->step;
    shape[axis] = cut->count;
  }
  if (auto room = progression.has_room(shape); !room) return tl::unexpected(room.error());
  const Selection from = strided(shape, origin, strides);
  return selected(*node.input(0), std::move(shape), from);
}

Expected<Value> apply_gather(const Node& node, Progression& progression) {
  const Shape& old = shape_of(*node.input(0));
  const auto given = node.integer("axis", 0);
  if (!given) return tl::unexpected(given.error());
  const auto axis = normal_axis(*given, old.size());
  if (!axis) return tl::unexpected(axis.error());
  const auto indices = integers(node, "indices", 1);
  if (!indices) return tl::unexpected(indices.error());
  const Shape& index_shape = shape_of(*node.input(1));
  const auto middle = old.begin() + static_cast<std::ptrdiff_t>(*axis);
  const std::int64_t outer = size(Shape(old.begin(), middle)), extent = old[*axis];
  const std::int64_t inner = size(Shape(middle + 1, old.end()));
  Shape shape(old.begin(), middle);
  shape.insert(shape.end(), index_shape.begin(), index_shape.end());
  shape.insert(shape.end(), middle + 1, old.end());
  if (auto room = progression.has_room(shape); !room) return tl::unexpected(room.error());
  Selection from;
  for (std::int64_t row = 0; row < outer; ++row) {
    for (const std::int64_t index : **indices) {
      const std::int64_t at = index < 0 ? index + extent : index;
      if (at < 0 || at >= extent) {
        return bad_request("takes element {} of axis {} of {}", index, *given, text(old));
      }
      for (std::int64_t i = 0; i < inner; ++i) from.push_back((row * extent + at) * inner + i);
    }
  }
  return selected(*node.input(0), std::move(shape), from);
}

/// Columns of the last axis, in the order of the indices.
Expected<Value> apply_feature_extractor(const Node& node, Progression& progression) {
  const Shape& old = shape_of(*node.input(0));
  if (old.empty()) return bad_request("takes elements of a scalar");
  const auto indices = integers(node, "indices", 1);
  if (!indices) return tl::unexpected(indices.error());
  Shape shape = old;
  shape.back() = std::ssize(**indices);
  if (shape.size() == 1) shape.insert(shape.begin(), 1);
  if (auto room = progression.has_room(shape); !room) return tl::unexpected(room.error());
  const std::int64_t extent = old.back();
  Selection from;
  for (std::int64_t row = 0; extent > 0 && row < size(old) / extent; ++row) {
    for (const std::int64_t index : **indices) {
      if (index < 0 || index >= extent) {
        return bad_request("takes element {} of the last axis of {}", index, text(old));
      }
      from.push_back(row * extent + index);
    }
  }
  return selected(*node.input(0), std::move(shape), from);
}

Expected<Value> apply_expand(const Node& node, Progression& progression) {
  const Shape& old = shape_of(*node.input(0));
  auto target = integers(node, "shape", 1);
  if (!target) return tl::unexpected(target.error());
  if (auto count = checked_size(**target); !count) return tl::unexpected(count.error());
  if (node.signals() > 0) progression.leave_batch(old, **target);
  auto shape = broadcast_shape(old, **target);
  if (!shape) return tl::unexpected(shape.error());
  if (auto room = progression.has_room(*shape); !room) return tl::unexpected(room.error());
  if (node.signals() > 0) return spread_over(*node.input(0), *shape);
  const Selection from = spread(old, *shape);
  return selected(*node.input(0), std::move(*shape), from);
}

}  // namespace brink::graph
