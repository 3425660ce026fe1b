// Bounds of the hidden neurons over the ball: the root of a search.
#pragma once

#include "brink/base/deadline.h"
#include "brink/search/statistics.h"

namespace brink::search {

/// Tightens `phasing` (bounds that already hold) over the ball and the problem's rows; false:
/// proven that no point of the ball meets the rows.
bool tighten(const Problem& problem, const Ball& ball, PointPool& pool, Intervals& phasing,
             const Deadline& deadline, Statistics& statistics);

/// The same for a node of a tree, by the tree's own bounder.
bool tighten_node(const Problem& problem, Bounder& bounder, const Ball& ball, PointPool& pool,
                  Intervals& phasing, const Deadline& deadline, Statistics& statistics);

/// The same with a small branch and bound of `expansions` nodes for each side of each open neuron:
/// dearer and tighter, for searches that turn out long. As many threads as pools.
bool tighten_by_trees(const Problem& problem, const Ball& ball,
                      const std::vector<PointPool*>& pools, Intervals& phasing, int expansions,
                      const Deadline& deadline, Statistics& statistics);

/// Interval bounds over the reach, to start from.
Intervals box_bounds(const Problem& problem);
/// The same over the ball; nothing in the ball may be lost, so never empty.
Intervals ball_bounds(const Problem& problem, const Ball& ball);

}  // namespace brink::search
