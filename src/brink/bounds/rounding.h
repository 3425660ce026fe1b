// How far a network's numbers may be from those of the file it was read from.
//
// Lowering a graph composes its linear operators (a batch normalisation behind a convolution, an
// average, a skip connection), and that rounds: Layer::rounding says by how much at most, for given
// inputs of the layer (graph/affine.h). Over a box and through the layers
//     e^k = |W^k| e^{k-1} + rounding^k max(1, |x| of layers 0..k-1),     e^0 = 0,
// since a ReLU brings nothing farther apart. What is proven of the network with e^k to spare holds
// for the file's graph over the reals.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "brink/bounds/bounds.h"

namespace brink {

/// e^1 ... e^K; empty where the network is the file's, digit by digit.
std::vector<Eigen::VectorXd> distance_from_file(const Network& network, const Box& box);

/// The bounds with that to spare. They may end before the last layer.
void widen(Bounds& bounds, const std::vector<Eigen::VectorXd>& distance);

}  // namespace brink
