// An activation pattern: which hidden neurons are active. With the phases fixed a ReLU network is
// affine, and the inputs that have these phases and fool the network form a polytope.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "brink/network/network.h"
#include "brink/question/question.h"

namespace brink {

/// phases[k - 1](j): neuron j of hidden layer k is active (y >= 0).
using Phases = std::vector<std::vector<bool>>;

/// The phases at x; y = 0 counts as active.
Phases phases_at(const Network& network, const Eigen::VectorXd& x);

/// {x : rows x >= rhs}. The first `phase_rows` rows keep the phases (y >= 0 or -y >= 0 for each
/// hidden neuron), the rest are the output region's.
struct PatternPolytope {
  Eigen::MatrixXd rows;  ///< m x n_0
  Eigen::VectorXd rhs;   ///< m
  Eigen::Index phase_rows = 0;
};
PatternPolytope pattern_polytope(const Network& network, const Phases& phases,
                                 const OutputRegion& region);

}  // namespace brink
