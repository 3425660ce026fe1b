// Two like networks side by side: what their units' difference says that the two apart do not.
//
// Unit i of the one and unit i of the other, with y_A - y_B = D in [l, u], have
//     d = max(0, y_A) - max(0, y_B),   min(0, D) <= d <= max(0, D),
// so a x_A + b x_B of opposite signs is (a + b) x_A - b d, or (a + b) x_B + a d: the smaller factor
// on d, and d by the chords of max(0, D) and min(0, D) over [l, u]. What the relaxation gives away
// then shrinks with D, where both triangles apart give away as much as the units are open.
// Sources: Paulsen, Wang, Wang, ReluDiff (2020) and NeuroDiff (2020), who propagate D forwards;
// here D and rows are walked back to the inputs (box_bounds_twins.cpp).
#pragma once

#include <optional>
#include <vector>

#include "brink/bounds/intervals.h"
#include "brink/network/network.h"

namespace brink::search {

/// Units of layer k. The third is linear, and nothing reads it: it stands for D, so that D has
/// bounds among those of the neurons.
struct Twins {
  int k = 1;
  int first = 0, second = 0, difference = 0;
  double doubt = 0;  ///< how far the third may be from y_first - y_second, over all boxes
};

/// By hidden layer, by unit: 0, but where the networks of twins do not read each other the first's
/// units are 0, the second's 1, all others 2. Differences are -1.
std::vector<std::vector<int>> parts_of(const Network& network, const std::vector<Twins>& twins);

struct Range {
  double lower = 0, upper = 0;
};
inline Range range_of(const Intervals& bounds, int id) {
  return {bounds.lower[static_cast<std::size_t>(id)], bounds.upper[static_cast<std::size_t>(id)]};
}

/// Bounds of y_A, y_B and D (without doubt), each by the other two; false: they contradict.
bool reconcile(Range& first, Range& second, Range& difference);

/// Of twins that are both open.
class TwinLines {
 public:
  TwinLines(const Range& first, const Range& second, const Range& difference);

  /// a x_A + b x_B <= on_first y_A + on_second y_B + constant; `size`: of the factors summed.
  struct Line {
    double on_first = 0, on_second = 0, constant = 0, size = 0;
  };
  /// Nothing where the two apart are expected to give less away.
  std::optional<Line> above(double a, double b) const;

 private:
  /// x <= above y + constant, x >= below y - under; what each gives away, on the average.
  struct Lines {
    double above = 1, constant = 0, below = 1, under = 0, above_gap = 0, below_gap = 0;
    double gap(double factor) const {
      return factor > 0 ? factor * above_gap : -factor * below_gap;
    }
  };
  static Lines of_unit(const Range& y);
  static Lines of_difference(const Range& difference, double active_share);

  Lines first_, second_, difference_;
};

}  // namespace brink::search
