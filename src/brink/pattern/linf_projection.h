// The nearest point of a polytope inside a box in the Linf norm.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "brink/base/box.h"
#include "brink/solve/lp.h"

namespace brink {

struct LinfNearest {
  std::optional<Eigen::VectorXd> point;  ///< to the LP's tolerance of 1e-9
  /// Proven, rounding of the evaluation accounted for: no feasible x is nearer; infinity: none is.
  double bound = 0;
};

class LinfProjection {
 public:
  /// Polytopes rows x >= rhs (a row at least) with x in the box; `origin` lies in the box.
  LinfProjection(const Eigen::MatrixXd& rows, const Eigen::VectorXd& origin, const Box& box);

  /// min max_j |x_j - origin_j| over rows x >= rhs. Continues from the basis of the last call.
  LinfNearest nearest(const Eigen::VectorXd& rhs);

 private:
  void set_radius(double radius);
  double excluded(const std::vector<double>& duals, double radius);
  double root(const Eigen::VectorXd& duals, const Eigen::VectorXd& rhs, double radius) const;

  Eigen::MatrixXd rows_;
  Eigen::VectorXd origin_;
  Eigen::VectorXd down_, up_;  ///< how far each x_j may move
  double largest_;             ///< |rows x| in the box
  LpSolver lp_;
};

}  // namespace brink
