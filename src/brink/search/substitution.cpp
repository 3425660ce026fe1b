// Multipliers by slope_ascent.h, for networks of more neurons than programs (relaxation.h) are
// worth their time for: at 500 neurons a node takes a millisecond where its program takes six, and
// comes as near, from the slopes of the node above it.
// The neuron with the highest price is branched on (Bunel et al. 2020 do so too). Where all open
// phases together give up less than the bound lacks, as in the nodes around the optimum, it is the
// multipliers that are not there yet: more steps are taken, where branching on phases that nothing
// leans on had made hundreds of leaves.
// Tried and dropped: from the slopes of the last node, wherever that was. In nodes that have no
// point multipliers grow without end, and all nodes after one began at -1e36 (784-256-256-10: trees
// sixty deep, without a bound).
#include "brink/search/substitution.h"

#include <algorithm>

#include "brink/search/parameters.h"

namespace brink::search {

NodeBound Substitution::minimise(const Intervals& node, const Objective& objective,
                                 const Ball& ball, PointPool& /*pool*/, double enough, int rounds,
                                 const Deadline& deadline) {
  SlopeAscent::Item item{&node, objective.cost(), enough, objective.start};
  Climbed first = climb(item, ball, rounds, deadline);
  const double proven = first.bound.proof.value, lacks = enough - proven;
  const bool branching_helps = !item.cost.margin || node.settled() || first.given_up > lacks;
  if (lacks < 0 || branching_helps) return std::move(first.bound);
  item.start = first.bound.slopes.get();
  item.enough += 2 * std::max(0.0, first.rounded - proven);
  NodeBound further = climb(item, ball, parameters().leaf_steps, deadline).bound;
  further.effort += first.bound.effort;
  return further;
}

Substitution::Climbed Substitution::climb(const SlopeAscent::Item& item, const Ball& ball,
                                          int steps, const Deadline& deadline) {
  auto run = SlopeAscent(*problem_, ball, memory_.live).run({item}, steps, false, deadline);
  SlopeAscent::Result& best = run.results.front();
  NodeBound result;
  result.effort = run.effort;
  result.cost = item.cost;
  result.proof =
      prove(*problem_, *item.node, item.cost, std::move(best.multipliers), ball, &result.maximiser);
  result.value = result.proof.value;
  for (int i = 0; i < problem_->neurons(); ++i) {
    result.states.push_back({best.x(i), best.x(i) - best.y(i), best.price(i), 0});
  }
  result.slopes = std::make_shared<const Slopes>(std::move(best.slopes));
  return {std::move(result), best.given_up, best.value};
}

}  // namespace brink::search
