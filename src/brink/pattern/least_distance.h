// min |d|^2 subject to G d >= h: least distance programming.
#pragma once

#include <Eigen/Core>
#include <optional>

#include "brink/base/deadline.h"

namespace brink {

struct LeastDistance {
  Eigen::VectorXd point;        ///< d
  Eigen::VectorXd multipliers;  ///< of the rows, >= 0: d = G' multipliers
};

/// The shortest d; empty when no d is feasible (to the method's tolerance, about 1e-10) or the
/// deadline comes first.
std::optional<LeastDistance> least_distance(const Eigen::MatrixXd& g, const Eigen::VectorXd& h,
                                            const Deadline& deadline = {});

}  // namespace brink
