// What a search did, for tables and tuning, and how far it is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "brink/search/bounder.h"

namespace brink::search {

/// What a search did; summed over regions and threads.
struct Statistics {
  std::int64_t nodes = 0;
  std::int64_t iterations = 0;  ///< of the simplex, or as much other work of bounders
  /// Simplex iterations, or for other work how many would have taken about as long: the search's
  /// clock for all that is not the user's time limit, so that it does the same on any machine.
  std::int64_t effort = 0;
  std::int64_t points = 0;
  std::int64_t pruned_by_bound = 0;
  std::int64_t pruned_by_interval = 0;  ///< a phase contradicts interval arithmetic
  std::int64_t leaves = 0;
  std::int64_t doubtful = 0;          ///< leaves that arithmetic could not decide
  std::int64_t unstable_neurons = 0;  ///< of the root once tightened; of several roots the most
  std::int64_t side_expansions = 0;   ///< of the largest small trees of single neurons
  std::int64_t patterns = 0;          ///< finds polished: each an exact program of one pattern
  double heuristic_seconds = 0;
  double tightening_seconds = 0;
  double tree_seconds = 0;
  double pattern_seconds = 0;  ///< of those programs; part of the seconds above

  void add(const Statistics& other);
  /// The same bound, its effort counted.
  NodeBound count(NodeBound bound) {
    iterations += bound.effort;
    effort += bound.effort;
    points += bound.points;
    return bound;
  }
};

/// How far a search is.
struct Beat {
  double distance = 0;  ///< infinity: no image yet
  double bound = 0;
  std::int64_t nodes = 0;
  std::size_t open = 0;  ///< nodes
  double seconds = 0;
};

}  // namespace brink::search
