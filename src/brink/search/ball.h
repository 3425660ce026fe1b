// Changes of an image: the ball of a norm, cut by the box of what each pixel can do.
//
//     B(r) = { d : lower <= d <= upper, ||d|| <= r },   lower <= 0 <= upper
//
// All that the search needs of the pixels is the support function
//     h(c) = max { c d : d in B(r) },
// which is closed form for every norm (one-dimensional duals):
//     Linf: sum |c_j| min(m_j, r)            m_j: how far pixel j goes in c_j's direction
//     L1:   min_t  t r + sum m_j (|c_j| - t)+             (fractional knapsack)
//     L0:   min_t  t r + sum (|c_j| m_j - t w_j)+          a change of pixel j costs w_j, a whole
//     number,
//           at whatever length. It is that of { sum w_j |d_j| / m_j <= floor(r) }, which is the
//           convex hull where all w_j are 1
//     L2:   min_t  t r^2 / 2 + sum max_{0<=d<=m_j} (|c_j| d - t d^2 / 2)
//     linearised L2 (sum f~(d_j) <= r^2, f~ through N breakpoints of d^2): a knapsack of segments,
//           min_t  t r^2 + sum over segments of width (|c_j| - t slope)+
// Every value of t proves a bound, so the values here are valid whatever rounding does to t; what
// rounding does to the sum is covered by `error`.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "brink/base/box.h"
#include "brink/base/norm.h"

namespace brink::search {

class Ball {
 public:
  /// `reach` contains `image`; radius in the norm itself (L2 not squared), may be infinite.
  /// `breakpoints` >= 2: the linearised L2. `costs`: of L0, whole numbers >= 1, or 0 of pixels that
  /// may change besides; empty: all 1.
  Ball(Norm norm, const Eigen::VectorXd& image, const Box& reach, double radius,
       int breakpoints = 0, Eigen::VectorXd costs = {});

  double radius() const { return radius_; }
  void set_radius(double radius);
  Norm norm() const { return norm_; }
  int breakpoints() const { return breakpoints_; }
  Eigen::Index size() const { return lower_.size(); }
  /// How far each input can move at all.
  const Eigen::VectorXd& lower() const { return lower_; }
  const Eigen::VectorXd& upper() const { return upper_; }
  bool has_costs() const { return costs_.size() > 0; }
  /// Of a change of pixel j (L0).
  double cost(Eigen::Index j) const { return costs_.size() > 0 ? costs_(j) : 1; }
  /// The largest distance that the reach allows.
  double largest_radius() const;
  /// A factor that takes every point of the ball of radius `from` into the ball of radius `to` <
  /// from.
  double shrinking(double from, double to) const;

  struct Support {
    double value = 0;  ///< >= max c d (up to `error`)
    double error = 0;  ///< bound on the rounding of `value`
  };
  /// h(c). If `maximiser` is given it receives a d in B(r) with c d (nearly) maximal.
  Support support(const Eigen::VectorXd& c, Eigen::VectorXd* maximiser = nullptr) const;
  /// min { c d : d in B(r) }, as near as single precision comes, and where; size() numbers each.
  double least(const float* c, float* minimiser) const;

  /// The sides that a ball in Linf is.
  template <class Vector>
  struct Sides {
    Vector least, most;
  };
  const Sides<Eigen::VectorXd>& box() const { return box_; }
  const Sides<Eigen::VectorXf>& box_single() const { return box_single_; }

 private:
  double support_knapsack(const Eigen::VectorXd& c, Eigen::VectorXd* d) const;
  double support_l2(const Eigen::VectorXd& c, Eigen::VectorXd* d) const;
  double support_segments(const Eigen::VectorXd& c, Eigen::VectorXd* d) const;
  double support_linf(const Eigen::VectorXd& c, Eigen::VectorXd* d) const;
  double room(Eigen::Index j, double c) const { return c > 0 ? upper_(j) : -lower_(j); }

  Norm norm_;
  Eigen::VectorXd lower_, upper_;  ///< of the change d
  double radius_ = 0;
  int breakpoints_;
  Eigen::VectorXd costs_;
  Sides<Eigen::VectorXd> box_;  ///< Linf
  Sides<Eigen::VectorXf> box_single_;
  Eigen::VectorXd widths_, per_widths_;  ///< of the linearised L2's segments; 1 / them or 0
};

}  // namespace brink::search
