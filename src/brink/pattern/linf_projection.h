// The nearest point of a polytope inside a box in the Linf norm.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>

#include "brink/base/box.h"
#include "brink/solve/lp.h"

namespace brink {

struct LinfNearest {
  std::optional<Eigen::VectorXd> point;  ///< feasible to 1e-9 and what rounding costs
  /// Proven, rounding of the evaluation accounted for: no feasible x is nearer; infinity: none is.
  double bound = 0;
  std::int64_t programs = 0;  ///< linear programs solved
};

class LinfProjection {
 public:
  /// Polytopes rows x >= rhs (a row at least) with x in the box; `origin` lies in the box.
  LinfProjection(const Eigen::MatrixXd& rows, const Eigen::VectorXd& origin, const Box& box);

  /// min max_j |x_j - origin_j| over rows x >= rhs. Continues from the basis of the last call.
  /// `from`: no feasible x is nearer, as the caller knows; the bound may then be 0.
  LinfNearest nearest(const Eigen::VectorXd& rhs, const Deadline& deadline = {}, double from = 0);

 private:
  void set_radius(double radius);
  double excluded(const std::vector<double>& duals, double radius);
  double root(const Eigen::VectorXd& duals, const Eigen::VectorXd& rhs, double radius) const;

  Eigen::MatrixXd rows_;
  Eigen::VectorXd origin_;
  Box box_;
  double largest_;  ///< |rows x| in the box
  LpSolver lp_;
};

}  // namespace brink
