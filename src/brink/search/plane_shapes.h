// Sums over a plane's inputs: k, and its value at a change. By the formulas of plane_forms.h, norm
// by norm, in either precision.
#pragma once

#include <cmath>
#include <cstddef>

#include "brink/base/clones.h"
#include "brink/search/plane_forms.h"

namespace brink::search::planes {

template <class Real>
BRINK_CLONED PlaneWhole<Real> whole_linf(const PlaneInputs<Real> inputs, const Real* weights) {
  Real below = 0, above = 0;
#pragma omp simd reduction(+ : below, above)
  for (std::size_t i = 0; i < inputs.count; ++i) {
    const Real up = positive(weights[i]), down = up - weights[i];
    below += down * inputs.up[i] + up * inputs.down[i];
    above += up * inputs.up[i] + down * inputs.down[i];
  }
  return {below, above};
}

/// L2: what a side adds that the sphere limits, squared, and one that is limited by its end.
template <class Real>
struct SideL2 {
  Real square, line;
};

template <class Real>
BRINK_CLONED SideL2<Real> side_l2(Real up_gauge, Real down_gauge, Real up, Real down, Real slope) {
  const Real rise = positive(slope), fall = rise - slope;
  return {up_gauge * rise * rise + down_gauge * fall * fall,
          (1 - up_gauge) * up * rise + (1 - down_gauge) * down * fall};
}

template <class Real>
BRINK_CLONED PlaneWhole<Real> whole_l2(const PlaneInputs<Real> inputs, const Real* weights) {
  Real below = 0, above = 0, line_below = 0, line_above = 0;
#pragma omp simd reduction(+ : below, above, line_below, line_above)
  for (std::size_t i = 0; i < inputs.count; ++i) {
    const Real w = weights[i], up = inputs.up_gauge[i], down = inputs.down_gauge[i];
    const SideL2<Real> active = side_l2(up, down, inputs.up[i], inputs.down[i], -w);
    const SideL2<Real> inactive = side_l2(up, down, inputs.up[i], inputs.down[i], w);
    below += active.square;
    above += inactive.square;
    line_below += active.line;
    line_above += inactive.line;
  }
  return {inputs.radius * std::sqrt(below) + line_below,
          inputs.radius * std::sqrt(above) + line_above};
}

template <class Real>
BRINK_CLONED PlaneWhole<Real> whole_l1(const PlaneInputs<Real> inputs, const Real* weights,
                                       Real threshold) {
  Real below = 0, above = 0;
#pragma omp simd reduction(+ : below, above)
  for (std::size_t i = 0; i < inputs.count; ++i) {
    const Real w = weights[i];
    const Real up = threshold * inputs.up_gauge[i], down = threshold * inputs.down_gauge[i];
    below += inputs.up[i] * positive(-w - up) + inputs.down[i] * positive(w - down);
    above += inputs.up[i] * positive(w - up) + inputs.down[i] * positive(-w - down);
  }
  return {inputs.radius * threshold + below, inputs.radius * threshold + above};
}

/// `threshold` >= 0: any, in L1 and L0; near that of w they are least.
template <class Real>
BRINK_CLONED PlaneWhole<Real> whole(const PlaneInputs<Real>& inputs, const Real* weights,
                                    Real threshold) {
  switch (inputs.norm) {
    case Norm::linf:
      return whole_linf(inputs, weights);
    case Norm::l2:
      return whole_l2(inputs, weights);
    default:
      return whole_l1(inputs, weights, threshold);
  }
}

template <class Real>
BRINK_CLONED PlaneParts<Real> parts_linf(const PlaneInputs<Real> inputs, const Real* weights,
                                         const PlaneLevel<Real>& level, const PlaneWhole<Real>& all,
                                         Real* slopes) {
  /// Of all inputs, at least so many count as on their way where a level is moved.
  constexpr Real kLeastRamp = Real(0.1);
  const FormLinf<Real> form(inputs, level);
  Real below = 0, above = 0, ramp = 0;
#pragma omp simd reduction(+ : below, above, ramp)
  for (std::size_t i = 0; i < inputs.count; ++i) {
    const Real w = weights[i];
    const Real plus = positive(w), minus = plus - w;
    const Real raw = form.raw(inputs, i, w), m = within_unit(raw);
    const Real low = minus * inputs.up[i] + plus * inputs.down[i];
    const Real high = plus * inputs.up[i] + minus * inputs.down[i];
    slopes[i] = m * w;
    below += m * low;
    above += high - m * high;
    const Real started = raw > 0 ? low + high : Real(0);
    ramp += raw < 1 ? started : Real(0);
  }
  const Real least = kLeastRamp * (all.below + all.above);
  return {below, above, inputs.sharpness * (ramp > least ? ramp : least)};
}

template <class Real>
BRINK_CLONED PlaneParts<Real> parts_l2(const PlaneInputs<Real> inputs, const Real* weights,
                                       const PlaneLevel<Real>& level, const PlaneWhole<Real>& all,
                                       Real* slopes) {
  const FormL2<Real> form(inputs, level);
  Real below = 0, above = 0, line_below = 0, line_above = 0;
#pragma omp simd reduction(+ : below, above, line_below, line_above)
  for (std::size_t i = 0; i < inputs.count; ++i) {
    const Real w = weights[i], p = form(inputs, i, w);
    const Real up = inputs.up_gauge[i], down = inputs.down_gauge[i];
    slopes[i] = p;
    const SideL2<Real> active = side_l2(up, down, inputs.up[i], inputs.down[i], -p);
    const SideL2<Real> inactive = side_l2(up, down, inputs.up[i], inputs.down[i], w - p);
    below += active.square;
    above += inactive.square;
    line_below += active.line;
    line_above += inactive.line;
  }
  return {inputs.radius * std::sqrt(below) + line_below,
          inputs.radius * std::sqrt(above) + line_above, all.below + all.above};
}

template <class Real>
BRINK_CLONED PlaneParts<Real> parts_l1(const PlaneInputs<Real> inputs, const Real* weights,
                                       const PlaneLevel<Real>& level, const PlaneWhole<Real>& all,
                                       Real* slopes) {
  const FormL1<Real> form(level);
  Real below = 0, above = 0;
#pragma omp simd reduction(+ : below, above)
  for (std::size_t i = 0; i < inputs.count; ++i) {
    const Real w = weights[i], p = form(inputs, i, w), rest = w - p;
    const Real up = inputs.up_gauge[i], down = inputs.down_gauge[i];
    slopes[i] = p;
    below += inputs.up[i] * positive(-p - form.active * up) +
             inputs.down[i] * positive(p - form.active * down);
    above += inputs.up[i] * positive(rest - form.inactive * up) +
             inputs.down[i] * positive(-rest - form.inactive * down);
  }
  return {inputs.radius * form.active + below, inputs.radius * form.inactive + above,
          all.below + all.above};
}

/// `slopes` receives p.
template <class Real>
BRINK_CLONED PlaneParts<Real> parts(const PlaneInputs<Real>& inputs, const Real* weights,
                                    const PlaneLevel<Real>& level, const PlaneWhole<Real>& all,
                                    Real* slopes) {
  switch (inputs.norm) {
    case Norm::linf:
      return parts_linf(inputs, weights, level, all, slopes);
    case Norm::l2:
      return parts_l2(inputs, weights, level, all, slopes);
    default:
      return parts_l1(inputs, weights, level, all, slopes);
  }
}

template <class Real, class Form>
BRINK_CLONED Real value_of(const PlaneInputs<Real> inputs, const Form form, const Real* weights,
                           Real part, Real rest, const Real* change) {
  Real sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < inputs.count; ++i) {
    sum += (part * form(inputs, i, weights[i]) + rest * weights[i]) * change[i];
  }
  return sum;
}

/// (part p + rest w) d.
template <class Real>
BRINK_CLONED Real value(const PlaneInputs<Real>& inputs, const Real* weights,
                        const PlaneLevel<Real>& level, Real part, Real rest, const Real* change) {
  switch (inputs.norm) {
    case Norm::linf:
      return value_of(inputs, FormLinf<Real>(inputs, level), weights, part, rest, change);
    case Norm::l2:
      return value_of(inputs, FormL2<Real>(inputs, level), weights, part, rest, change);
    default:
      return value_of(inputs, FormL1<Real>(level), weights, part, rest, change);
  }
}

}  // namespace brink::search::planes
