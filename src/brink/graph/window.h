// The windows of convolutions and pooling: which elements of the input one output looks at.
#pragma once

#include "brink/graph/node.h"

namespace brink::graph {

/// Over the spatial axes, those behind batch and channels. Output position o looks at input
/// position o * stride + k * dilation - begin for each kernel position k, where there is one.
struct Window {
  Shape in, out, kernel, strides, dilations, begin, end;
};

struct Tap {
  Eigen::Index kernel, input;  ///< positions in row order
};

/// That the value is one input with channels and spatial axes.
Expected<void> check_spatial(const Shape& shape);

/// By the attributes strides, dilations, pads, auto_pad and ceil_mode; the value is [1, C, in...].
Expected<Window> window_of(const Node& node, const Shape& value, const Shape& kernel);
/// The node's kernel_shape.
Expected<Shape> kernel_of(const Node& node);
/// strides, dilations (1 if absent) or pads (0), two for each axis.
Expected<Shape> spatial_list(const Node& node, std::string_view name, std::size_t count,
                             std::int64_t otherwise);
/// The taps of each output position. Error: too many.
Expected<std::vector<std::vector<Tap>>> taps(const Window& window);

/// The windows of a pooling node, by its kernel_shape.
struct Pool {
  Window window;
  std::vector<std::vector<Tap>> taps;
};
Expected<Pool> pool_of(const Node& node);

}  // namespace brink::graph
