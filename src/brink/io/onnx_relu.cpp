// Relu under its names: Relu, the larger of a value and zero, Clip from zero up.
//
// A Clip whose upper end no float exceeds (absent, infinity, the largest float) has none.
#include <cmath>
#include <limits>

#include "onnx_node.h"

namespace brink::onnx_reader {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargestFloat = std::numeric_limits<float>::max();

struct Interval {
  double lowest = -kInfinity, highest = kInfinity;
};

/// An end of a Clip: an attribute in old opsets, a scalar input in new ones.
Expected<double> clip_end(const Node& node, std::string_view name, std::size_t input,
                          double otherwise) {
  double end = otherwise;
  if (node.input(input) != nullptr) {
    const auto tensor = node.constant(input);
    if (!tensor) return tl::unexpected(tensor.error());
    if ((*tensor)->values.size() != 1) {
      return bad_request("its {} has shape {}, a scalar is needed", name, text((*tensor)->shape));
    }
    end = (*tensor)->values.front();
  } else if (const onnx::AttributeProto* found = node.attribute(name)) {
    if (!found->has_f()) return bad_request("attribute '{}' is not a number", name);
    end = static_cast<double>(found->f());
  }
  if (std::isnan(end)) return bad_request("its {} is NaN", name);
  return std::abs(end) >= kLargestFloat ? std::copysign(kInfinity, end) : end;
}

Expected<Interval> clip_interval(const Node& node) {
  const auto lowest = clip_end(node, "min", 1, -kInfinity);
  if (!lowest) return tl::unexpected(lowest.error());
  const auto highest = clip_end(node, "max", 2, kInfinity);
  if (!highest) return tl::unexpected(highest.error());
  return Interval{*lowest, *highest};
}

Expected<Value> relu_as(const Shape& shape, Progression& progression) {
  if (auto done = progression.chain.apply_relu(); !done) return tl::unexpected(done.error());
  return Signal{shape};
}

}  // namespace

Expected<Value> apply_relu(const Node& node, Progression& progression) {
  if (node.signals() == 0) return apply_elementwise(node, progression);
  return relu_as(node.only_signal()->shape, progression);
}

Expected<Value> apply_extremum(const Node& node, Progression& progression) {
  if (node.signals() == 0) return apply_elementwise(node, progression);
  const std::string& op = node.proto().op_type();
  if (node.constants().empty()) return *node.input(0);  // of one value
  const auto constant = fold(op, node.constants(), progression);
  if (!constant) return tl::unexpected(constant.error());
  const Shape& signal = node.only_signal()->shape;
  const auto shape = broadcast_shape(constant->shape, signal);
  if (!shape) return tl::unexpected(shape.error());
  for (const double value : constant->values) {
    if (op == "Max" && value == 0) continue;
    return bad_request("joins the value with {}: it {}", value, refusal(op));
  }
  if (const auto count = checked_size(*shape); !count || *count != size(signal)) {
    return bad_request("spreads a value of shape {} over {}, which is not read", text(signal),
                       text(*shape));
  }
  return relu_as(*shape, progression);
}

Expected<Value> apply_clip(const Node& node, Progression& progression) {
  const auto interval = clip_interval(node);
  if (!interval) return tl::unexpected(interval.error());
  if (const Signal* signal = node.signal(0)) {
    if (interval->highest == kInfinity && interval->lowest == 0) {
      return relu_as(signal->shape, progression);
    }
    if (interval->highest == kInfinity && interval->lowest == -kInfinity) return *signal;
    return bad_request("clips to [{}, {}]: it {}", interval->lowest, interval->highest,
                       refusal("Clip"));
  }
  Tensor result = std::get<Tensor>(*node.input(0));
  for (double& value : result.values) {
    value = std::min(std::max(value, interval->lowest), interval->highest);
  }
  return result;
}

}  // namespace brink::onnx_reader
