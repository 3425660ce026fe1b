#include "brink/search/statistics.h"

#include <algorithm>

namespace brink::search {

void Statistics::add(const Statistics& other) {
  nodes += other.nodes;
  iterations += other.iterations;
  effort += other.effort;
  points += other.points;
  pruned_by_bound += other.pruned_by_bound;
  pruned_by_interval += other.pruned_by_interval;
  leaves += other.leaves;
  doubtful += other.doubtful;
  unstable_neurons = std::max(unstable_neurons, other.unstable_neurons);
  side_expansions = std::max(side_expansions, other.side_expansions);
  patterns += other.patterns;
  heuristic_seconds += other.heuristic_seconds;
  tightening_seconds += other.tightening_seconds;
  tree_seconds += other.tree_seconds;
  pattern_seconds += other.pattern_seconds;
}

}  // namespace brink::search
