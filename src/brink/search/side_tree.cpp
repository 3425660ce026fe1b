// The node of least bound first, so that the side's bound rises with each expansion. A node is
// closed where its bound settles the sign: what lies above 0 is of no use to a ReLU.
#include "brink/search/side_tree.h"

#include <algorithm>

#include "brink/search/branching.h"
#include "brink/search/claims.h"

namespace brink::search {

SideTree::SideTree(const Problem& problem, const Intervals& root, const Objective& objective)
    : problem_(problem), root_(root), objective_(objective) {
  Node node;
  node.bound = -std::numeric_limits<double>::infinity();
  open_.push(std::move(node));
}

std::optional<SideTree::Taken> SideTree::take() {
  if (open_.empty()) return std::nullopt;
  Node node = open_.pop();
  auto bounds = problem_.within(root_, node);
  if (!bounds) {
    problem_.claims().contradicted(problem_, root_, node);
    return std::nullopt;
  }
  return Taken{std::move(node), std::move(*bounds)};
}

void SideTree::answer(Taken taken, const NodeBound& bound, const Ball& ball) {
  Node& node = taken.node;
  if (!bound.empty()) node.bound = std::max(node.bound, *bound.value);
  const bool settled = branching_neuron(taken.bounds, bound.states) < 0;
  const bool divide = !bound.empty() && node.bound <= 0 && !settled;
  problem_.claims().proven_in_tree(problem_, root_, node, taken.bounds, bound.cost, ball,
                                   bound.proof);
  if (divide) {
    for (const Split& split : phase_split(taken.bounds, bound.states)) {
      open_.push(node.child(split, 0));
    }
    return;
  }
  if (!bound.empty()) closed_ = std::min(closed_, node.bound);
}

}  // namespace brink::search
