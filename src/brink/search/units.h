// A closest question in units of the search's own.
//
// Tolerances of programs and trees are absolute, so every neuron is measured in a power of two of
// its own (network/rescale.h), all outputs in a common one and all inputs in a common one, such
// that
//
//     max_i (upper_i - lower_i)             in [1, 2)         the box
//     |(W^k_j,i  unit of i)_i|              in [1.3, 2.6)      a neuron; the largest output
//
// with an input's unit its own width in the box. The exponents follow from numbers that are already
// in the new units, layer by layer: networks that differ by powers of two, neuron by neuron, become
// one and the same, so their searches agree digit for digit. Rows of trained networks have such
// norms anyway.
#pragma once

#include <cmath>
#include <vector>

#include "brink/network/rescale.h"
#include "brink/question/question.h"

namespace brink::search {

struct Units {
  int inputs = 0;  ///< exponents: pixels and distances (but L0's) are 2^inputs times as large
  Exponents neurons;
  int outputs() const { return neurons.back().front(); }
  double distance(Norm norm, double distance) const {
    return norm == Norm::l0 ? distance : std::ldexp(distance, inputs);
  }
  /// In the question's own unit.
  double distance_back(Norm norm, double distance) const {
    return norm == Norm::l0 ? distance : std::ldexp(distance, -inputs);
  }
};

Units own_units(const Network& network, const Box& box);

/// The question of the network in those units.
ClosestQuestion rescaled(ClosestQuestion question, const Units& units);

/// By a power of two.
Eigen::VectorXd scaled(const Eigen::VectorXd& values, int exponent);

}  // namespace brink::search
