// What the formulas of planes (plane_forms.h) are given of a ball and a neuron.
#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "brink/base/norm.h"
#include "brink/search/ball.h"

namespace brink::search {

template <class Real>
struct PlaneInputs {
  Norm norm = Norm::linf;
  std::size_t count = 0;
  Real radius = 0, sharpness = 0;
  const Real *up = nullptr, *down = nullptr;  ///< how far an input can move, >= 0
  /// L2: 1 where the sphere limits this side, 0 where `up` or `down` does. L1, L0: g; 0 of both
  /// sides where the input cannot move.
  const Real *up_gauge = nullptr, *down_gauge = nullptr;
  const Real* lean = nullptr;  ///< L1, L0: > 0 where an input can move up farther than down
  const float* place = nullptr;
};

/// Where a neuron's plane lies.
template <class Real>
struct PlaneLevel {
  Real first = 0, second = 0;
};

/// max -w d and max w d over the ball: both parts of k where p = w, and where p = 0.
template <class Real>
struct PlaneWhole {
  Real below = 0, above = 0;
};

template <class Real>
struct PlaneParts {
  Real below = 0, above = 0;  ///< max -p d, max (w - p) d
  Real slope = 0;             ///< how fast below - above moves with the level
};

/// What the formulas need of a ball's inputs.
template <class Real>
class PlaneBall {
 public:
  explicit PlaneBall(const Ball& ball);
  PlaneInputs<Real> at(const float* place) const;

  using Vector = Eigen::Vector<Real, Eigen::Dynamic>;
  /// Of places: a change is origin + place * unit. No input's change is longer than its unit.
  Vector origin, unit;

 private:
  Norm norm_;
  Real radius_;
  Vector up_, down_, up_gauge_, down_gauge_, lean_;
};

}  // namespace brink::search
