// Inputs shifted and scaled, (x - mean) / deviation, and that within a network's first layer.
#pragma once

#include <Eigen/Core>

#include "brink/network/examples.h"
#include "brink/network/network.h"

namespace brink {

struct Normalisation {
  Eigen::VectorXd mean;
  Eigen::VectorXd deviation;  ///< > 0
};

/// Mean and standard deviation of each input; deviation 1 where it never changes.
Normalisation normalisation_of(const Examples& examples);

Examples normalised(const Examples& examples, const Normalisation& by);

/// The network x -> network((x - mean) / deviation), but for rounding.
void normalise_inputs(Network& network, const Normalisation& by);

}  // namespace brink
