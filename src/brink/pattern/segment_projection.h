// The nearest point of a polytope inside a box in the linearised L2 norm: sum f~(|x_j - origin_j|).
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "brink/base/box.h"
#include "brink/base/deadline.h"

namespace brink {

/// f~(d): d^2 interpolated at the multiples of `width` > 0; d >= 0.
double interpolated_square(double d, double width);

struct SegmentNearest {
  std::optional<Eigen::VectorXd> point;  ///< feasible to the LP's 1e-9; empty if none was found
  /// Proven, rounding of the evaluation accounted for: no feasible x has a smaller sum.
  double squared_bound = 0;
  std::int64_t programs = 0;  ///< linear programs solved
};

class SegmentProjection {
 public:
  /// Polytopes rows x >= rhs (a row at least) with x in the box, `origin` in the box. f~ of entry j
  /// interpolates d^2 at `breakpoints` >= 2 uniform points of [0, its largest possible move].
  SegmentProjection(const Eigen::MatrixXd& rows, const Eigen::VectorXd& origin, const Box& box,
                    int breakpoints);

  /// Goes no further once the bound is greater than `enough`. Continues from where the last call
  /// was.
  SegmentNearest nearest(const Eigen::VectorXd& rhs, const Deadline& deadline = {},
                         double enough = std::numeric_limits<double>::infinity());

 private:
  struct Window {
    double low, high;  ///< of the move
  };
  struct Piece {
    Eigen::Index entry;
    double sign, length, slope;
  };

  bool start(const Eigen::VectorXd& rhs, double enough, const Deadline& deadline,
             SegmentNearest& result);
  Window around(Eigen::Index j, double move) const;
  void widen();
  bool recentre();
  double base(Eigen::Index j) const;
  void add_pieces(Eigen::Index j);
  bool solve(const Eigen::VectorXd& sides, const Deadline& deadline, SegmentNearest& result);
  double sum() const;
  double proven(const Eigen::VectorXd& duals, const Eigen::VectorXd& sides) const;

  Eigen::MatrixXd rows_;
  Eigen::VectorXd origin_;
  Box box_;
  Eigen::VectorXd up_, down_, widths_;  ///< what an entry can do; its segments' width, 0: none
  Eigen::VectorXd sizes_;               ///< of each row, for what rounding may cost
  Eigen::VectorXd moves_;               ///< of the last point
  std::vector<Window> windows_;
  std::vector<Piece> pieces_;
};

}  // namespace brink
