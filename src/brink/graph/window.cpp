// With effective kernel e = (kernel - 1) dilation + 1 and pads b before and e' behind:
//     out = (in + b + e' - e) / stride + 1, rounded down, or up with ceil_mode if the last window
//     then begins inside the input or the pads before it;
//     SAME: out = in / stride rounded up, the pads needed for it shared equally.
#include "brink/graph/window.h"

#include <algorithm>

namespace brink::graph {

namespace {

constexpr std::int64_t kMostTaps = std::int64_t{1} << 25;
constexpr std::int64_t kFar = std::int64_t{1} << 28;

std::string auto_pad(const Node& node) {
  const Attribute* found = node.attribute("auto_pad");
  return found == nullptr || found->text.empty() ? "NOTSET" : found->text;
}

/// Sets out, begin and end of axis i.
void fit(Window& w, std::size_t i, const std::string& pad, bool ceil) {
  const std::int64_t extent = (w.kernel[i] - 1) * w.dilations[i] + 1, stride = w.strides[i];
  if (pad.starts_with("SAME")) {
    w.out[i] = (w.in[i] + stride - 1) / stride;
    const std::int64_t total =
        std::max<std::int64_t>((w.out[i] - 1) * stride + extent - w.in[i], 0);
    w.begin[i] = pad == "SAME_UPPER" ? total / 2 : total - total / 2;
    w.end[i] = total - w.begin[i];
    return;
  }
  const std::int64_t room = w.in[i] + w.begin[i] + w.end[i] - extent;
  if (room < 0) return;
  w.out[i] = (ceil ? (room + stride - 1) / stride : room / stride) + 1;
  if (ceil && (w.out[i] - 1) * stride >= w.in[i] + w.begin[i]) --w.out[i];
}

}  // namespace

Expected<void> check_spatial(const Shape& shape) {
  if (shape.size() < 3) {
    return bad_request("is applied to a value of shape {}: batch, channels and space are needed",
                       text(shape));
  }
  if (shape[0] == 1) return {};
  return bad_request("is applied to {} inputs at once; networks of one input at a time are read",
                     shape[0]);
}

Expected<Shape> spatial_list(const Node& node, std::string_view name, std::size_t count,
                             std::int64_t otherwise) {
  Shape list(count, otherwise);
  if (const Attribute* found = node.attribute(name)) {
    list = found->integers;
  }
  if (list.size() != count || std::any_of(list.begin(), list.end(), [otherwise](std::int64_t n) {
        return n < otherwise || n > kFar;
      })) {
    return bad_request("has {} {}", name, text(list));
  }
  return list;
}

Expected<Shape> kernel_of(const Node& node) {
  const Attribute* found = node.attribute("kernel_shape");
  if (found == nullptr) return bad_request("attribute 'kernel_shape' is missing");
  return found->integers;
}

Expected<Window> window_of(const Node& node, const Shape& value, const Shape& kernel) {
  if (auto ok = check_spatial(value); !ok) return tl::unexpected(ok.error());
  const std::size_t rank = value.size() - 2;
  if (kernel.size() != rank ||
      std::any_of(kernel.begin(), kernel.end(), [](std::int64_t n) { return n < 1 || n > kFar; })) {
    return bad_request("has a kernel of shape {} for a value of shape {}", text(kernel),
                       text(value));
  }
  const auto strides = spatial_list(node, "strides", rank, 1);
  const auto dilations = spatial_list(node, "dilations", rank, 1);
  const auto pads = spatial_list(node, "pads", 2 * rank, 0);
  const auto ceil = node.integer("ceil_mode", 0);
  for (const auto* list : {&strides, &dilations, &pads}) {
    if (!*list) return tl::unexpected(list->error());
  }
  if (!ceil) return tl::unexpected(ceil.error());
  const auto middle = pads->begin() + static_cast<std::ptrdiff_t>(rank);
  Window window{
      {value.begin() + 2, value.end()}, Shape(rank, 0),       kernel, *strides, *dilations,
      {pads->begin(), middle},          {middle, pads->end()}};
  const std::string pad = auto_pad(node);
  if (pad == "VALID") window.begin = window.end = Shape(rank, 0);
  for (std::size_t i = 0; i < rank; ++i) {
    fit(window, i, pad, *ceil != 0);
    if (window.out[i] >= 1) continue;
    return bad_request("its kernel of shape {} does not fit into a value of shape {}", text(kernel),
                       text(value));
  }
  return window;
}

Expected<std::vector<std::vector<Tap>>> taps(const Window& window) {
  const auto outputs = checked_size(window.out), kernels = checked_size(window.kernel);
  if (!outputs || !kernels || *kernels > kMostTaps / std::max<std::int64_t>(*outputs, 1)) {
    return bad_request("has windows too large for a network of this kind");
  }
  const std::size_t rank = window.in.size();
  const Shape steps = row_strides(window.in);
  std::vector<std::vector<Tap>> result(static_cast<std::size_t>(*outputs));
  Shape at(rank, 0);
  const auto advance = [](Shape& position, const Shape& extents) {
    for (std::size_t i = position.size(); i-- > 0;) {
      if (++position[i] < extents[i]) return;
      position[i] = 0;
    }
  };
  for (auto& list : result) {
    Shape k(rank, 0);
    for (std::int64_t kernel = 0; kernel < *kernels; ++kernel, advance(k, window.kernel)) {
      Tap tap{kernel, 0};
      bool inside = true;
      for (std::size_t i = 0; i < rank; ++i) {
        const std::int64_t p =
            at[i] * window.strides[i] + k[i] * window.dilations[i] - window.begin[i];
        inside = inside && p >= 0 && p < window.in[i];
        tap.input += p * steps[i];
      }
      if (inside) list.push_back(tap);
    }
    advance(at, window.out);
  }
  return result;
}

Expected<Pool> pool_of(const Node& node) {
  const auto kernel = kernel_of(node);
  if (!kernel) return tl::unexpected(kernel.error());
  auto window = window_of(node, shape_of(*node.input(0)), *kernel);
  if (!window) return tl::unexpected(window.error());
  auto found = taps(*window);
  if (!found) return tl::unexpected(found.error());
  return Pool{std::move(*window), std::move(*found)};
}

}  // namespace brink::graph
