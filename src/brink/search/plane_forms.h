// The slope p of a plane of planes.h, input by input: a formula for each norm, in either precision.
//
// Written for a neuron's row w, its level a (and a second number), and the place of each input. The
// place is that of a point d = origin + place unit of the ball, around which the plane is lowest.
//
// Linf (a box): p = m w,
//     m_i = 1/2 + sharpness (a - t_i)  within [0, 1],   t_i the place where w_i > 0, else 1 - it.
//
// L2: p = a w - c d, c the second number. It is the plane of the neuron's concave envelope at d:
// there d = s v + (1 - s) v', where v is farthest in direction -p and v' in direction w - p, both
// on the sphere, hence in the plane of w and d; a = (1 - s) / |w - p| to s / |p|, and
//     c = ((1 - a) |p| + a |w - p|) / radius
// is where c comes to rest. An input that can move up only (pixels at 0) takes part in v where
// p < 0, in v' where p < w:  p = max(a w - c d, w+ - c d / (a where w > 0, else 1 - a)); down
// alike.
//
// L1, and L0's hull: h(c) = min over T of  T radius + sum of room (|c_i| - T g_i)+,  a move of a
// length g_i costing 1 (L1: g = 1, L0: 1 / room). With R, the second number, the threshold of w,
//     -a R g <= p <= a R g   and   w - (1 - a) R g <= p <= w + (1 - a) R g
// cost nothing beyond what a w costs: the inputs on which w is small are free to cancel the demands
// of other neurons. p is a w, moved against where the input goes or can go, within these.
#pragma once

#include <cstddef>

#include "brink/base/clones.h"
#include "brink/search/plane_inputs.h"

namespace brink::search::planes {

template <class Real>
BRINK_CLONED Real positive(Real value) {
  return value > 0 ? value : Real(0);
}

template <class Real>
BRINK_CLONED Real within(Real value, Real least, Real most) {
  const Real above = value > least ? value : least;
  return above < most ? above : most;
}

template <class Real>
BRINK_CLONED Real within_unit(Real value) {
  const Real above = value > 0 ? value : Real(0);
  return above < 1 ? above : Real(1);
}

template <class Real>
struct FormLinf {
  Real middle, sharpness;

  BRINK_CLONED FormLinf(const PlaneInputs<Real>& inputs, const PlaneLevel<Real>& level)
      : middle(Real(0.5) + inputs.sharpness * (level.first - Real(0.5))),
        sharpness(inputs.sharpness) {}
  /// m before it is cut to [0, 1].
  BRINK_CLONED Real raw(const PlaneInputs<Real>& inputs, std::size_t i, Real w) const {
    const Real move = sharpness * (static_cast<Real>(inputs.place[i]) - Real(0.5));
    return middle - (w > 0 ? move : -move);
  }
  BRINK_CLONED Real operator()(const PlaneInputs<Real>& inputs, std::size_t i, Real w) const {
    return within_unit(raw(inputs, i, w)) * w;
  }
};

template <class Real>
struct FormL2 {
  Real a, c, per_active, per_inactive;

  BRINK_CLONED FormL2(const PlaneInputs<Real>& inputs, const PlaneLevel<Real>& level)
      : a(level.first), c(level.second * inputs.radius) {
    const Real least = Real(1e-3);
    per_active = c / (a > least ? a : least);
    per_inactive = c / (1 - a > least ? 1 - a : least);
  }
  BRINK_CLONED Real operator()(const PlaneInputs<Real>& inputs, std::size_t i, Real w) const {
    const Real place = static_cast<Real>(inputs.place[i]);
    const Real whole = a * w - c * place;
    // An input that cannot move to a side has no place there.
    const Real placed_up = positive(place), placed_down = place - placed_up;
    const Real only_up = positive(w) - (w > 0 ? per_active : per_inactive) * placed_up;
    const Real only_down = (w - positive(w)) - (w < 0 ? per_active : per_inactive) * placed_down;
    const Real no_lower = whole > only_up ? whole : only_up;
    const Real no_higher = whole < only_down ? whole : only_down;
    const Real raised = inputs.down_gauge[i] > 0 ? whole : no_lower;
    return inputs.up_gauge[i] > 0 ? raised : no_higher;
  }
};

template <class Real>
struct FormL1 {
  Real a, active, inactive;  ///< level, a R, (1 - a) R

  BRINK_CLONED explicit FormL1(const PlaneLevel<Real>& level)
      : a(level.first), active(a * level.second), inactive(level.second - active) {}
  BRINK_CLONED Real operator()(const PlaneInputs<Real>& inputs, std::size_t i, Real w) const {
    const Real up = inputs.up_gauge[i], down = inputs.down_gauge[i];
    const Real least = w - inactive * up > -active * up ? w - inactive * up : -active * up;
    const Real most = w + inactive * down < active * down ? w + inactive * down : active * down;
    const Real gauge = up < down ? up : down;
    const Real moved =
        a * w - (active + inactive) * gauge * (static_cast<Real>(inputs.place[i]) + inputs.lean[i]);
    return least > most ? a * w : within(moved, least, most);
  }
};

}  // namespace brink::search::planes
