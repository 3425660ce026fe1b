// Bounds of the hidden neurons over the ball: the root of a search.
#pragma once

#include "brink/base/deadline.h"
#include "brink/search/relaxation.h"

namespace brink::search {

/// Tightens `phasing` (bounds that already hold) over the ball and the problem's rows; false:
/// proven that no point of the ball meets the rows. `passes` of optimisation-based tightening.
bool tighten(const Problem& problem, const Ball& ball, PointPool& pool, Phasing& phasing,
             int passes, const Deadline& deadline);

/// The same with a small branch and bound of `expansions` nodes for each side of each open neuron:
/// dearer and tighter, for searches that turn out long.
bool tighten_by_trees(const Problem& problem, const Ball& ball, PointPool& pool, Phasing& phasing,
                      int expansions, const Deadline& deadline);

/// Interval bounds over the reach, to start from.
Phasing box_bounds(const Problem& problem);

}  // namespace brink::search
