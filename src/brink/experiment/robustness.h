// Robustness curves: for every radius r the share of images that no change smaller than r can turn
// wrong.
//
// From exact distances of the untargeted question with margin 1 and no floor (ties count as wrong):
// an image at distance d is still right after any change smaller than r exactly if r <= d. One that
// the network gets wrong to begin with has d = 0. What is known otherwise is bound <= d <=
// distance: a hairline where it is proven, a band where a search was stopped.
#pragma once

#include <vector>

#include "brink/session/session.h"

namespace brink {

/// At radii in (radius of the point before, radius]: the share is at least `surely` and at most
/// `possibly`, both in [0, 1].
struct CurvePoint {
  double radius = 0;
  double surely = 0;
  double possibly = 0;
};

/// Radii ascending, beginning with 0, and a last point at which both shares have had all their
/// falls but those of images that cannot be changed into a wrong one. `rows` not empty.
std::vector<CurvePoint> robustness_curve(const std::vector<ClosestRow>& rows);

/// The largest radius at which at least half of the images are surely still right.
double median_radius(const std::vector<ClosestRow>& rows);

}  // namespace brink
