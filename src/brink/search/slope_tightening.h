// Bounds of all open neurons over the ball and the problem's rows, by slopes, a layer at a time.
#pragma once

#include <optional>

#include "brink/base/deadline.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"
#include "brink/search/statistics.h"

namespace brink::search {

/// Bounds of a node, tightened; nothing: proven that no point of the node is in the ball and meets
/// the rows. The deadline may leave them as they are.
std::optional<Intervals> tighten_by_slopes(const Problem& problem, const Ball& ball,
                                           Intervals bounds, const Deadline& deadline,
                                           Statistics& statistics);

/// Problem::propagate(), and a word where nothing is left.
std::optional<Intervals> propagated(const Problem& problem, const Ball& ball, Intervals bounds,
                                    int first);

}  // namespace brink::search
