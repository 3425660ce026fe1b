// From a point that should pass, but for rounding, to one that does.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>

#include "brink/base/box.h"

namespace brink {

/// A passing point of the box next to `point`; empty if none was met.
std::optional<Eigen::VectorXd> touching_point(
    const Eigen::VectorXd& point, const Box& box,
    const std::function<bool(const Eigen::VectorXd&)>& passes);

}  // namespace brink
