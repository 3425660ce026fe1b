// Private to this folder: a side of a neuron by branch and bound on phases.
#pragma once

#include <vector>

#include "brink/base/deadline.h"
#include "brink/solve/lp.h"
#include "layer_model.h"

namespace brink {

/// The LP relaxation of a layer's model, one a thread, warm from solve to solve.
class PhaseTree {
 public:
  /// `model` must outlive the tree.
  explicit PhaseTree(const LayerModel& model);

  /// The LP bound, from multipliers.
  SideBound relaxation(const Side& side, const Deadline& deadline);
  /// Branches until the bound is within 1e-7 of a value that is attained (`exact`) or the deadline
  /// passes (`stopped`, the least bound of an open node).
  SideBound search(const Side& side, const Deadline& deadline);

 private:
  enum class Phase : signed char { free, active, inactive };

  /// A neuron with a binary, and its row y = x - s.
  struct Unstable {
    NeuronColumns columns;
    NeuronBounds bounds;
    int row = 0;
  };

  struct Node {
    double bound = -kInfinity;
    std::vector<Phase> phases;
    std::size_t branch = 0;  ///< where its children differ
    bool operator<(const Node& other) const { return bound > other.bound; }  ///< best first
  };

  struct Search;

  void evaluate(Search& search, const Side& side, Node node, const Deadline& deadline);
  void impose(const std::vector<Phase>& phases);
  std::size_t branching_neuron(const std::vector<Phase>& phases, const LpSolution& lp) const;

  const LayerModel& model_;
  LpSolver lp_;
  std::vector<Unstable> unstable_;
};

}  // namespace brink
