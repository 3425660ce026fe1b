#include "brink/search/statistics.h"

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
  heuristic_seconds += other.heuristic_seconds;
  tightening_seconds += other.tightening_seconds;
  tree_seconds += other.tree_seconds;
}

}  // namespace brink::search
