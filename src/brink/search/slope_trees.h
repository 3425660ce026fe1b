// Bounds of neurons over the ball by small trees whose nodes slopes bound, the sides of many
// neurons at once: for networks that are too large for a program a node.
#pragma once

#include <cstdint>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"

namespace brink::search {

struct SlopeTreesResult {
  Intervals bounds;
  std::int64_t effort = 0;
  int expansions = 0;  ///< of the largest tree
};

/// What some trees took.
struct TreesGrown {
  std::int64_t effort = 0;  ///< Statistics::effort
  int expansions = 0;       ///< of the largest
};

/// Expansions of the trees after those of so many; after none (0), of the first.
int larger_trees(int expansions);

/// Both sides of a few open neurons of one layer, each by a tree of `expansions` >= 0, from what is
/// `known` of all points of the ball, into `bounds`: of other neurons nothing is written. `trees`:
/// until when they may grow; the roots of all are bounded by the deadline.
TreesGrown bound_by_slope_trees(const Problem& problem, const Ball& ball, const Intervals& known,
                                const std::vector<int>& neurons, int expansions,
                                const Deadline& trees, const Deadline& deadline, Intervals& bounds);
/// How many of a problem's neurons are a few.
int neurons_together(const Problem& problem);

/// Tighter bounds than those known, which hold of all points of the ball, whatever the rows: each
/// side of each open neuron by a tree of `expansions` >= 1, one layer after another. The deadline
/// may leave them as they are.
SlopeTreesResult tighten_by_slope_trees(const Problem& problem, const Ball& ball, Intervals known,
                                        int expansions, int threads, const Deadline& deadline);

}  // namespace brink::search
