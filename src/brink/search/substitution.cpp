// Multipliers by slope_ascent.h, for networks of more neurons than programs (relaxation.h) are
// worth their time for: at 500 neurons a node takes a millisecond where its program takes six, and
// comes as near, from the slopes of the node above it.
// Tried and dropped: from the slopes of the last node, wherever that was. In nodes that have no
// point multipliers grow without end, and all nodes after one began at -1e36 (784-256-256-10: trees
// sixty deep, without a bound).
// The neuron with the highest price is branched on (Bunel et al. 2020 do so too).
#include "brink/search/substitution.h"

namespace brink::search {

NodeBound Substitution::minimise(const Intervals& node, const Objective& objective,
                                 const Ball& ball, PointPool& /*pool*/, double enough, int rounds,
                                 const Deadline& deadline) {
  const Cost cost = objective.cost();
  const SlopeAscent::Item item{&node, cost, enough, objective.start};
  auto run = SlopeAscent(*problem_, ball, memory_.live).run({item}, rounds, false, deadline);
  SlopeAscent::Result& best = run.results.front();
  NodeBound result;
  result.effort = run.effort;
  result.cost = cost;
  result.proof = prove(*problem_, node, cost, std::move(best.multipliers), ball, &result.maximiser);
  result.value = result.proof.value;
  for (int i = 0; i < problem_->neurons(); ++i) {
    result.states.push_back({best.x(i), best.x(i) - best.y(i), best.price(i), 0});
  }
  result.slopes = std::make_shared<const Slopes>(std::move(best.slopes));
  return result;
}

}  // namespace brink::search
