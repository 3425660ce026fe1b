// A region of a network without hidden layer: one leaf, no tree.
#pragma once

#include "brink/base/deadline.h"
#include "brink/search/ball.h"
#include "brink/search/incumbent.h"
#include "brink/search/problem.h"

namespace brink::search {

struct AffineBound {
  double bound = 0;     ///< of the region's points with the lead; infinity: there are none
  bool closed = false;  ///< nothing nearer than the nearest image or the horizon is left
};

/// Images that it meets are offered. `horizon`: what is farther is not looked for.
AffineBound bound_affine(const Problem& problem, const OutputRegion& region, const Ball& whole,
                         Incumbent& incumbent, double lead, double horizon,
                         const Deadline& deadline);

}  // namespace brink::search
