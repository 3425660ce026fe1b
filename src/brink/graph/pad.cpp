// Pad, Tile, and Resize to the nearest by whole factors: along each axis, a list of where elements
// come from.
#include <algorithm>
#include <cmath>

#include "brink/graph/node.h"

namespace brink::graph {

namespace {

std::string text_attribute(const Node& node, std::string_view name, std::string_view otherwise) {
  const Attribute* found = node.attribute(name);
  return found == nullptr ? std::string(otherwise) : found->text;
}

/// Element (p_1, ..., p_r) of the result is element (lists[0][p_1], ...); none if one is -1.
Selection by_axes(const Shape& shape, const std::vector<Selection>& lists) {
  const Shape strides = row_strides(shape);
  Selection result = {0};
  for (std::size_t axis = 0; axis < lists.size(); ++axis) {
    Selection longer;
    for (const Eigen::Index start : result) {
      for (const Eigen::Index i : lists[axis]) {
        longer.push_back(start < 0 || i < 0 ? -1 : start + i * strides[axis]);
      }
    }
    result = std::move(longer);
  }
  return result;
}

/// The element at position p of an axis of this extent, p outside it perhaps.
std::int64_t source(std::int64_t p, std::int64_t extent, const std::string& mode) {
  if (p >= 0 && p < extent) return p;
  if (mode == "edge") return std::clamp<std::int64_t>(p, 0, extent - 1);
  if (mode == "wrap") return (p % extent + extent) % extent;
  if (mode != "reflect") return -1;
  if (extent == 1) return 0;
  const std::int64_t period = 2 * (extent - 1), q = (p % period + period) % period;
  return std::min(q, period - q);
}

/// Two numbers for each axis: how many elements before, how many behind.
Expected<Shape> pads_of(const Node& node, std::size_t rank) {
  const auto given = integers(node, "pads", 1);
  if (!given) return tl::unexpected(given.error());
  const auto axes_given = integers(node, "axes", 3);
  if (!axes_given) return tl::unexpected(axes_given.error());
  Shape axes = axes_given->value_or(Shape{});
  for (std::size_t i = 0; !*axes_given && i < rank; ++i) {
    axes.push_back(static_cast<std::int64_t>(i));
  }
  const Shape pads = given->value_or(Shape{});
  if (pads.size() != 2 * axes.size()) {
    return bad_request("has pads {} for {} axes", text(pads), axes.size());
  }
  if (auto sorted = normal_axes(axes, rank); !sorted) return tl::unexpected(sorted.error());
  Shape result(2 * rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = *normal_axis(axes[i], rank);
    result[axis] = pads[i];
    result[axis + rank] = pads[i + axes.size()];
  }
  return result;
}

Expected<double> fill_of(const Node& node) {
  if (node.input(2) == nullptr) return node.real("value", 0);
  const auto tensor = node.constant(2);
  if (!tensor) return tl::unexpected(tensor.error());
  if ((*tensor)->values.size() != 1) return bad_request("its constant_value is not one number");
  return (*tensor)->values.front();
}

/// A Resize's or Upsample's factors: an attribute, or the last input but for sizes.
Expected<std::vector<double>> factors_of(const Node& node, const Shape& shape) {
  if (const Attribute* found = node.attribute("scales")) {
    return found->reals;
  }
  const bool old = node.opset() < 11 || node.type() == "Upsample";
  const std::size_t scales = old ? 1 : 2;
  const bool by_size = !old && node.input(3) != nullptr;
  const auto tensor = node.constant(by_size ? 3 : scales);
  if (!tensor) return tl::unexpected(tensor.error());
  std::vector<double> factors = (*tensor)->values;
  for (std::size_t i = 0; by_size && i < std::min(factors.size(), shape.size()); ++i) {
    factors[i] /= static_cast<double>(shape[i]);
  }
  return factors;
}

/// Where rounding to the nearest comes from element i / factor, rounded down.
bool takes_floor(const Node& node) {
  if (node.opset() < 11 || node.type() == "Upsample") return true;
  const std::string where = text_attribute(node, "coordinate_transformation_mode", "half_pixel");
  const std::string how = text_attribute(node, "nearest_mode", "round_prefer_floor");
  if (where == "asymmetric") return how == "floor";
  return where.starts_with("half_pixel") && how.starts_with("round_prefer");
}

}  // namespace

Expected<Value> apply_pad(const Node& node, Progression& progression) {
  const Shape& old = shape_of(*node.input(0));
  const std::string mode = text_attribute(node, "mode", "constant");
  const auto pads = pads_of(node, old.size());
  if (!pads) return tl::unexpected(pads.error());
  const auto fill = fill_of(node);
  if (!fill) return tl::unexpected(fill.error());
  Shape shape = old;
  for (std::size_t i = 0; i < old.size(); ++i) {
    const std::int64_t before = (*pads)[i], behind = (*pads)[i + old.size()];
    constexpr std::int64_t kFar = std::int64_t{1} << 28;
    if (std::min(before, behind) < -kFar || std::max(before, behind) > kFar || old[i] == 0 ||
        (i == 0 && old.size() > 1 && node.signals() > 0 && (before != 0 || behind != 0))) {
      return bad_request("has pads {} for a value of shape {}", text(*pads), text(old));
    }
    shape[i] += before + behind;
  }
  if (auto room = progression.has_room(shape); !room) return tl::unexpected(room.error());
  std::vector<Selection> lists(old.size());
  for (std::size_t i = 0; i < old.size(); ++i) {
    for (std::int64_t p = 0; p < shape[i]; ++p) {
      lists[i].push_back(source(p - (*pads)[i], old[i], mode));
    }
  }
  return selected(*node.input(0), shape, by_axes(old, lists), *fill);
}

Expected<Value> apply_tile(const Node& node, Progression& progression) {
  const Shape& old = shape_of(*node.input(0));
  const auto repeats = integers(node, "repeats", 1);
  if (!repeats) return tl::unexpected(repeats.error());
  Shape shape = old;
  for (std::size_t i = 0; i < old.size(); ++i) {
    const bool fits =
        (*repeats)->size() == old.size() && (**repeats)[i] >= 0 && (**repeats)[i] <= 1 << 28;
    if (!fits || (i == 0 && node.signals() > 0 && old.size() > 1 && (**repeats)[0] != 1)) {
      return bad_request("repeats a value of shape {} by {}", text(old), text(**repeats));
    }
    shape[i] *= (**repeats)[i];
  }
  if (auto room = progression.has_room(shape); !room) return tl::unexpected(room.error());
  std::vector<Selection> lists(old.size());
  for (std::size_t i = 0; i < old.size(); ++i) {
    for (std::int64_t p = 0; p < shape[i]; ++p) lists[i].push_back(p % old[i]);
  }
  return selected(*node.input(0), shape, by_axes(old, lists));
}

Expected<Value> apply_resize(const Node& node, Progression& progression) {
  const Shape& old = shape_of(*node.input(0));
  const std::string mode = text_attribute(node, "mode", "nearest");
  if (mode != "nearest" || !takes_floor(node)) {
    return bad_request("resizes by {}; only whole factors to the nearest element are read", mode);
  }
  const auto factors = factors_of(node, old);
  if (!factors) return tl::unexpected(factors.error());
  if (factors->size() != old.size()) {
    return bad_request("has {} factors for a value of shape {}", factors->size(), text(old));
  }
  Shape shape = old;
  for (std::size_t i = 0; i < old.size(); ++i) {
    const double factor = (*factors)[i];
    if (!(factor >= 1 && factor <= 1 << 20) || factor != std::floor(factor)) {
      return bad_request("resizes by {}; only whole factors to the nearest element are read",
                         factor);
    }
    shape[i] *= static_cast<std::int64_t>(factor);
  }
  if (auto room = progression.has_room(shape); !room) return tl::unexpected(room.error());
  std::vector<Selection> lists(old.size());
  for (std::size_t i = 0; i < old.size(); ++i) {
    for (std::int64_t p = 0; p < shape[i]; ++p) lists[i].push_back(p * old[i] / shape[i]);
  }
  return selected(*node.input(0), shape, by_axes(old, lists));
}

}  // namespace brink::graph
