// The loops of slope_ascent.h over the neurons of a layer, in single precision.
//
// All phases are one formula: with a neuron's slope (U / (U - L) where its phase is open, 1 where
// it is active or linear, 0 where it is inactive), the place `low` (L, else 0) where its upper line
// meets 0, and the sign (1 inactive, -1 active, 0 else) of a multiplier p of y <= U or y >= L,
//     open, cost c >= 0:   a c,                        x = a y
//     else:                slope c + sign p,           x = slope (y - low).
#pragma once

#include <cstddef>

namespace brink::search {

/// A layer's neurons in one item, `count` numbers each.
struct NeuronLines {
  std::size_t count = 0;
  const float* slope = nullptr;
  const float* low = nullptr;
  const float* sign = nullptr;
  const float* limit = nullptr;  ///< U or L, of a neuron with a sign
  const float* open = nullptr;   ///< 1, else 0
};

/// From the costs of x those of y; returns what its lines and multipliers add to the bound.
double relax(const NeuronLines& lines, const float* own, const float* cost, float* carried);

/// From y the x on those lines.
void follow(const NeuronLines& lines, const float* own, const float* cost, const float* y,
            float* x);

/// The first steps of Adam's rule (Kingma & Ba 2015) are corrected by these.
struct AdamStep {
  explicit AdamStep(int step);
  float mean_part, square_part;  ///< kept of the means so far
  float mean_factor, square_factor;
  /// Of a slope g; both means go on.
  float operator()(float g, float& mean, float& square) const;
};

/// Steps of a, c y, of `length`, and of p, y - U or L - y, of `length` times `scale`.
void climb(const NeuronLines& lines, const AdamStep& adam, float length, float scale,
           const float* cost, const float* y, float* own, float* mean, float* square);

}  // namespace brink::search
