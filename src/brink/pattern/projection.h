// The Euclidean projection of a point onto a polytope inside a box.
#pragma once

#include <Eigen/Core>
#include <limits>
#include <optional>

#include "brink/base/box.h"
#include "brink/base/deadline.h"

namespace brink {

struct Projection {
  Eigen::VectorXd point;  ///< empty when the bound was enough
  /// Dual value less what rounding may cost: no feasible point is nearer than its root.
  double squared_bound = 0;
};

/// min |x - origin|^2 over rows x >= rhs, box.lower <= x <= box.upper; goes no further once the
/// bound is greater than `enough`. Empty when the method does not reach a violation below 1e-9 per
/// unit row (an empty polytope among the causes, the deadline another).
std::optional<Projection> project(const Eigen::VectorXd& origin, const Eigen::MatrixXd& rows,
                                  const Eigen::VectorXd& rhs, const Box& box,
                                  double enough = std::numeric_limits<double>::infinity(),
                                  const Deadline& deadline = {});

}  // namespace brink
