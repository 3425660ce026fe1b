// The least value of a unit's pre-activation, as the largest of a network in which it is negated.
#pragma once

#include "brink/ask/visualize.h"

namespace brink {

/// Layers 1..k of a network with unit (k, j) negated, linear in the end; bounds likewise.
struct NegatedUnit {
  NegatedUnit(const Network& network, const Bounds& bounds, int k, int j);
  Network network;
  Bounds bounds;
};

/// What excites the negated unit most, told of the unit: least y_j^k, and a proven lower bound.
Excitation told_of_unit(Excitation of_negated);

}  // namespace brink
