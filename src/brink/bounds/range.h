// Private to this folder: what layer k takes in, and the constants of rounding.
#pragma once

#include "brink/bounds/bounds.h"

namespace brink {

/// Unit roundoff of double: fl(a op b) = (a op b)(1 + d), |d| <= kUnit.
inline constexpr double kUnit = 0x1p-53;

/// An upper bound of gamma_n = n u / (1 - n u) (Higham 2002, lemma 3.1) for n operations, with room
/// for its own evaluation and for a sum of absolute values that was itself rounded: twice the size
/// for n u <= 1e-3.
inline double rounding(Eigen::Index operations) {
  return 2 * static_cast<double>(operations + 2) * kUnit;
}

/// Bounds on x^k: the box for k = 0, else what those on y^k leave.
inline Box activations(const Bounds& known, int k) {
  if (k == 0) return known.box;
  return known.intervals().activations(known.neurons().first(k), known.width(k));
}

}  // namespace brink
