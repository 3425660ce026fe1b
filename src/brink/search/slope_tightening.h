// Bounds of all open neurons over the ball and the problem's rows, by slopes, a layer at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"
#include "brink/search/slope_ascent.h"
#include "brink/search/statistics.h"

namespace brink::search {

/// What runs on one problem leave to the next.
class SlopeMemory {
 public:
  /// Where a side of a neuron (sign 1: the lower) ended last; null: it has not been bounded.
  const Slopes* start(int neuron, double sign) const;
  void keep(const Problem& problem, int neuron, double sign, Slopes slopes);

  std::optional<LiveLayers> live;

 private:
  std::vector<Slopes> starts_;
};

/// Both sides of some neurons of a layer, from what is known of a node, into `bounds` (of others
/// nothing is written); `rows`: with multipliers of the problem's rows, so that a neuron whose
/// sides cross says that no point is left. Returns Statistics::effort.
std::int64_t bound_some(const Problem& problem, const Ball& ball, const Intervals& known,
                        const std::vector<int>& neurons, bool rows, SlopeMemory& memory,
                        const Deadline& deadline, Intervals& bounds);

/// Bounds of a node, tightened; nothing: proven that no point of the node is in the ball and meets
/// the rows. The deadline may leave them as they are.
std::optional<Intervals> tighten_by_slopes(const Problem& problem, const Ball& ball,
                                           Intervals bounds, SlopeMemory& memory,
                                           const Deadline& deadline, Statistics& statistics);

/// Problem::propagate(), and a word where nothing is left.
std::optional<Intervals> propagated(const Problem& problem, const Ball& ball,
                                    const Intervals& bounds, int first);

}  // namespace brink::search
