// DepthToSpace and SpaceToDepth: b^2 channels become blocks of b x b elements, or the reverse.
#include "brink/graph/node.h"

namespace brink::graph {

namespace {

/// The block size b of a value [n, c, h, w], with `channels` and `space` to be divided by b^2 and
/// b.
Expected<std::int64_t> block_size(const Node& node, const Shape& shape, bool channels) {
  const auto b = node.integer("blocksize", 0);
  if (!b) return b;
  constexpr std::int64_t kMost = 1 << 12;
  const bool fits =
      shape.size() == 4 && *b >= 1 && *b <= kMost &&
      (channels ? shape[1] % (*b * *b) == 0 : shape[2] % *b == 0 && shape[3] % *b == 0);
  if (!fits) return bad_request("has blocks of {} for a value of shape {}", *b, text(shape));
  return b;
}

/// The value seen as `shape`, its axes in another order, seen as `result`.
Expected<Value> permuted(const Value& value, const Shape& shape, const Selection& order,
                         Shape result) {
  const Shape old = row_strides(shape);
  Shape extents, strides;
  for (const auto axis : order) {
    extents.push_back(shape[static_cast<std::size_t>(axis)]);
    strides.push_back(old[static_cast<std::size_t>(axis)]);
  }
  return selected(value, std::move(result), strided(extents, 0, strides));
}

}  // namespace

Expected<Value> apply_depth_to_space(const Node& node, Progression&) {
  const Value& value = *node.input(0);
  const Shape& s = shape_of(value);
  const auto found = block_size(node, s, true);
  if (!found) return tl::unexpected(found.error());
  const std::int64_t b = *found, c = s[1] / (b * b);
  Shape result = {s[0], c, s[2] * b, s[3] * b};
  const Attribute* mode = node.attribute("mode");
  if (mode != nullptr && mode->text == "CRD") {
    return permuted(value, {s[0], c, b, b, s[2], s[3]}, {0, 1, 4, 2, 5, 3}, std::move(result));
  }
  return permuted(value, {s[0], b, b, c, s[2], s[3]}, {0, 3, 4, 1, 5, 2}, std::move(result));
}

Expected<Value> apply_space_to_depth(const Node& node, Progression&) {
  const Value& value = *node.input(0);
  const Shape& s = shape_of(value);
  const auto found = block_size(node, s, false);
  if (!found) return tl::unexpected(found.error());
  const std::int64_t b = *found, h = s[2] / b, w = s[3] / b;
  return permuted(value, {s[0], s[1], h, b, w, b}, {0, 3, 5, 1, 2, 4}, {s[0], s[1] * b * b, h, w});
}

}  // namespace brink::graph
