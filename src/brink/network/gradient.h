// The gradient of a linear combination of the outputs' pre-activations with respect to the input.
#pragma once

#include <Eigen/Core>

#include "brink/network/network.h"

namespace brink {

struct Gradient {
  double value = 0;          ///< sum_j c_j y_j^K(x)
  Eigen::VectorXd gradient;  ///< d value / dx, n_0
};

/// `x` in R^{n_0}, `c` in R^{n_K}. By backpropagation: g^K = c, and going down
/// g^{k-1} = W^k^T g^k, set to 0 where y^{k-1} <= 0. At a kink (y_j^k = 0) the slope of the relu is
/// taken as 0: a gradient of one of the pieces that meet there. It does not depend on the output
/// kind.
Gradient gradient(const Network& network, const Eigen::VectorXd& x, const Eigen::VectorXd& c);

}  // namespace brink
