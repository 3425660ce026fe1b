// Where a small network is affine: all activation patterns that some input of a box has.
//
// Depth first over the hidden neurons, layer by layer: once the phases of the layers below are
// chosen a pre-activation is an affine function a v + b of the input, and choosing its own phase
// adds the half-space a v + b >= 0 or <= 0. A branch ends when a linear program finds it empty.
// Cells are closed, so neighbours share their walls and together they cover the box.
#pragma once

#include "brink/base/box.h"
#include "brink/network/network.h"
#include "tiny_lp.h"

namespace brink::oracle {

/// matrix v + offset.
struct AffineMap {
  Matrix matrix;
  Vector offset;
};

struct Cell {
  Polytope polytope;  ///< of v = x - origin
  AffineMap output;   ///< y^{layer} on it
};

/// A polytope that violates its rows by no more than this counts as non-empty.
inline constexpr Real kFeasible = 1e-12L;

/// The cells of the phases of layers 1..layer-1, each with y^layer as a function of v = x - origin.
std::vector<Cell> linear_cells(const Network& network, const Box& box,
                               const Eigen::VectorXd& origin, int layer);

/// The largest and least value of output neuron j on any of the cells; empty without cells.
struct Range {
  Real low = 0, high = 0;
};
Range output_range(const std::vector<Cell>& cells, Eigen::Index j);

/// The same polytope with its rows (not its box) relaxed by `slack`.
Polytope relaxed(Polytope polytope, Real slack);

/// y^K in long double, by its own few lines: what answers are checked against here.
Vector forward(const Network& network, const Eigen::VectorXd& x);

}  // namespace brink::oracle
