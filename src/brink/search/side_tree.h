// One side of a neuron over a root, by a small branch and bound: which nodes are to be bounded
// next, and what follows from their bounds. Who bounds them is the caller's affair.
#pragma once

#include <limits>
#include <optional>

#include "brink/search/bounder.h"
#include "brink/search/open_nodes.h"

namespace brink::search {

class SideTree {
 public:
  /// A lower bound of `objective`, a neuron's, over the root. It refers to the problem and the
  /// root. Claims are told of all nodes.
  SideTree(const Problem& problem, const Intervals& root, const Objective& objective);

  struct Taken {
    Node node;
    Intervals bounds;
  };
  /// The node of least bound; nothing: it has no point, or none is left.
  std::optional<Taken> take();
  /// What bounding it came to. Only neurons that `bound.states` has are branched on.
  void answer(Taken taken, const NodeBound& bound, const Ball& ball);

  /// The sign is settled, or no node's bound can be raised any more.
  bool done() const { return open_.empty() || bound() > 0 || closed_ <= open_.least_bound(); }
  /// Infinity: the root is empty.
  double bound() const { return std::min(closed_, open_.least_bound()); }
  const Objective& objective() const { return objective_; }

 private:
  const Problem& problem_;
  const Intervals& root_;
  Objective objective_;
  OpenNodes open_{OpenNodes::kBestFirst};
  double closed_ = std::numeric_limits<double>::infinity();
};

}  // namespace brink::search
