// Private to this folder: the part of the model before one layer, over which its neurons are
// minimised and maximised.
#pragma once

#include <vector>

#include "brink/formulate/formulate.h"

namespace brink {

/// Layers 1..k-1 over the box, encoded by big-M with the bounds known of them.
struct LayerModel {
  const Network& network;
  const Bounds& known;  ///< of layers 1..k-1 at least; must stay as it is while the model lives
  int k = 1;
  Program program;
  NetworkEncoding encoding;
};

LayerModel layer_model(const Network& network, const Bounds& known, int k);

/// Is some neuron before layer k unstable? If not, y^k is affine over the box.
bool has_unstable(const Bounds& known, int k);

/// One side of one neuron as a minimisation: sign * y_j^k = costs . columns + constant. sign 1 asks
/// for the lower bound, -1 for minus the upper one.
struct Side {
  Eigen::Index j = 0;
  double sign = 1;
  std::vector<double> costs;
  double constant = 0;
};

Side side_of(const LayerModel& model, Eigen::Index j, double sign);

/// sign * y_j^k by the forward pass at the inputs of a solution, moved into the box: a value that
/// the true minimum cannot exceed.
double attained(const LayerModel& model, const Side& side, const std::vector<double>& values);

/// What one method proves of a side.
struct SideBound {
  double bound = -kInfinity;  ///< <= sign * y_j^k over the box
  BoundSource source = BoundSource::lp;
};

}  // namespace brink
