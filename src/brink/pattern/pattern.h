// An activation pattern: which hidden neurons are active. With the phases fixed a ReLU network is
// affine, and the inputs that have these phases and fool the network form a polytope.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "brink/base/box.h"
#include "brink/network/network.h"
#include "brink/question/question.h"

namespace brink {

/// phases[k - 1](j): neuron j of hidden layer k is active (y >= 0); linear units always are.
using Phases = std::vector<std::vector<bool>>;

/// The phases at x; y = 0 counts as active.
Phases phases_at(const Network& network, const Eigen::VectorXd& x);

/// {x : rows x >= rhs}. The first `phase_rows` rows keep the phases (y >= 0 or -y >= 0 for each
/// hidden neuron but the linear), the rest are the output region's.
struct PatternPolytope {
  Eigen::MatrixXd rows;  ///< m x n_0
  Eigen::VectorXd rhs;   ///< m
  Eigen::Index phase_rows = 0;
};
PatternPolytope pattern_polytope(const Network& network, const Phases& phases,
                                 const OutputRegion& region);

/// Some of its rows, by their numbers there, without the others.
Eigen::MatrixXd pattern_rows(const Network& network, const Phases& phases,
                             const OutputRegion& region, const std::vector<Eigen::Index>& numbers);

/// rows x - rhs of that polytope at one x, in extended precision: the rounding of doubles is that
/// of the result alone.
Eigen::VectorXd pattern_slacks(const Network& network, const Phases& phases,
                               const OutputRegion& region, const Eigen::VectorXd& x);

/// A polytope seen from a point of the box: {d : rows d >= rhs, d in box}, x = origin + unit d.
/// What lies near is about 1 away, so that tolerances are relative to the distance.
struct NearPolytope {
  Eigen::MatrixXd rows;
  Eigen::VectorXd rhs;
  Box box;          ///< contains 0; cut off at the radius
  double unit = 1;  ///< a power of two

  Eigen::VectorXd origin() const { return Eigen::VectorXd::Zero(rows.cols()); }
};
/// `slacks`: of the rows at the origin; `radius`: of what matters, in any norm but L0.
NearPolytope near_polytope(Eigen::MatrixXd rows, const Eigen::VectorXd& slacks,
                           const Eigen::VectorXd& origin, const Box& box, double radius);

}  // namespace brink
