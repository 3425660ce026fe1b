// Functions of one value with two or three linear pieces: Relu, LeakyRelu, PRelu, Abs, HardSigmoid,
// Clip.
//
// A Clip whose upper end no float exceeds (absent, infinity, the largest float) has none.
#include <cmath>
#include <limits>

#include "brink/graph/node.h"

namespace brink::graph {

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
  } else if (const Attribute* found = node.attribute(name)) {
    if (!found->real) return bad_request("attribute '{}' is not a number", name);
    end = *found->real;
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

/// A number of the node, or one for each channel or element: spread over the value.
Expected<Eigen::VectorXd> slopes(const Node& node, const Shape& shape) {
  const auto slope = node.constant(1);
  if (!slope) return tl::unexpected(slope.error());
  const auto together = broadcast_shape((*slope)->shape, shape);
  if (!together || *together != shape) {
    return bad_request("has slopes of shape {} for a value of shape {}", text((*slope)->shape),
                       text(shape));
  }
  return spread(**slope, shape);
}

}  // namespace

Expected<Value> apply_relu(const Node& node, Progression& progression) {
  return like(*node.input(0), progression.units.relu(form_of(*node.input(0))));
}

Expected<Value> apply_leaky(const Node& node, Progression& progression) {
  const auto slope = node.real("alpha", static_cast<double>(0.01F));
  if (!slope) return tl::unexpected(slope.error());
  const Affine form = form_of(*node.input(0));
  const auto slopes = Eigen::VectorXd::Constant(form.size(), *slope);
  return like(*node.input(0), progression.units.leaky(form, slopes));
}

Expected<Value> apply_prelu(const Node& node, Progression& progression) {
  const auto slope = slopes(node, shape_of(*node.input(0)));
  if (!slope) return tl::unexpected(slope.error());
  return like(*node.input(0), progression.units.leaky(form_of(*node.input(0)), *slope));
}

Expected<Value> apply_abs(const Node& node, Progression& progression) {
  return like(*node.input(0), progression.units.absolute(form_of(*node.input(0))));
}

Expected<Value> apply_hard_sigmoid(const Node& node, Progression& progression) {
  const auto alpha = node.real("alpha", static_cast<double>(0.2F));
  if (!alpha) return tl::unexpected(alpha.error());
  const auto beta = node.real("beta", 0.5);
  if (!beta) return tl::unexpected(beta.error());
  const Value& value = *node.input(0);
  return like(value, progression.units.clipped(form_of(scaled(value, *alpha, *beta)), 0, 1));
}

Expected<Value> apply_clip(const Node& node, Progression& progression) {
  const auto interval = clip_interval(node);
  if (!interval) return tl::unexpected(interval.error());
  const Affine form = form_of(*node.input(0));
  if (interval->lowest == -kInfinity && interval->highest == kInfinity) return *node.input(0);
  return like(*node.input(0), progression.units.clipped(form, interval->lowest, interval->highest));
}

}  // namespace brink::graph
