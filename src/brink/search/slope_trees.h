// Bounds of neurons over the ball by small trees whose nodes slopes bound, the sides of many
// neurons at once: for networks that are too large for a program a node.
#pragma once

#include <cstdint>

#include "brink/base/deadline.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"

namespace brink::search {

struct SlopeTreesResult {
  Intervals bounds;
  std::int64_t effort = 0;
};

/// Expansions of the trees after those of so many; after none (0), of the first.
int larger_trees(int expansions);

/// Tighter bounds than those known, which hold of all points of the ball, whatever the rows: each
/// side of each open neuron by a tree of `expansions` >= 1, one layer after another. The deadline
/// may leave them as they are.
SlopeTreesResult tighten_by_slope_trees(const Problem& problem, const Ball& ball, Intervals known,
                                        int expansions, int threads, const Deadline& deadline);

}  // namespace brink::search
