// min sign * y_j^k by branch and bound on the phases of unstable neurons, with proofs of its own.
//
// A node fixes some neurons active (s = 0) or inactive (x = 0). Its bound is what the multipliers
// of its LP prove (LpSolver::safe_bound), so it holds whatever the simplex did. Each LP point is
// also an input: the forward pass there gives a value that is attained, and the search ends when
// no open node is lower than the best such value, less kGap. Best bound first, so that a stopped
// search proves as much as it can. Branching: the neuron whose relaxation cheats most,
// min(x, s) > 0, times the objective's sensitivity |multiplier| to its row.
//
// One thing is taken on trust: a node whose LP is infeasible. CLP says so within 1e-9, so what is
// lost is at most a sliver at a wall whose other side is searched; kSliver pays for it.
//
// Why not the MIP solver: on the 784-input networks CBC took about four times the processor time
// of this for the same bounds (no presolve or cut of it sees more than the relaxation does), and
// its bound is as good as its tolerances. Dropped: diving instead of best first (as many LP
// iterations); symbolic bounds anew at each node (3 % fewer nodes).
#include "phase_tree.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace brink {

namespace {

constexpr double kGap = 1e-7;     // relative, absolute below 1
constexpr double kSliver = 1e-7;  // likewise

double relative(double share, double value) {
  return share * std::max(1.0, std::abs(value));
}

/// safe + constant, rounded down.
double sum_down(double safe, double constant) {
  return safe + constant - 4e-16 * (std::abs(safe) + std::abs(constant));
}

}  // namespace

struct PhaseTree::Search {
  std::vector<Node> open;     // a heap
  double closed = kInfinity;  // least bound of nodes that need no children
  double best = kInfinity;    // least value attained
  bool trusted = false;       // a node was dropped as infeasible

  bool settled(double bound) const { return bound >= best - relative(kGap, best); }
  double bound() const { return open.empty() ? closed : std::min(closed, open.front().bound); }
};

PhaseTree::PhaseTree(const LayerModel& model) : model_(model), lp_(model.program) {
  std::unordered_map<std::string, int> rows;
  for (std::size_t r = 0; r < model.program.rows.size(); ++r) {
    rows.emplace(model.program.rows[r].name, static_cast<int>(r));
  }
  for (int k = 1; k < model.k; ++k) {
    for (Eigen::Index j = 0; j < model.network.width(k); ++j) {
      const NeuronColumns& columns =
          model.encoding.neurons[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)];
      if (columns.z < 0) continue;
      unstable_.push_back({columns, model.known.at(k, j), rows.at(fmt::format("pre_{}_{}", k, j))});
    }
  }
}

SideBound PhaseTree::relaxation(const Side& side, const Deadline& deadline) {
  lp_.set_costs(side.costs);
  const LpSolution lp = lp_.solve(deadline);
  return {sum_down(lp_.safe_bound(lp.duals), side.constant), BoundSource::lp};
}

SideBound PhaseTree::search(const Side& side, const Deadline& deadline) {
  Search search;
  lp_.set_costs(side.costs);
  evaluate(search, side, {-kInfinity, std::vector<Phase>(unstable_.size()), 0}, deadline);
  while (!search.open.empty() && !search.settled(search.open.front().bound) &&
         !deadline.expired()) {
    std::pop_heap(search.open.begin(), search.open.end());
    const Node parent = std::move(search.open.back());
    search.open.pop_back();
    for (const Phase phase : {Phase::active, Phase::inactive}) {
      Node child = parent;
      child.phases[parent.branch] = phase;
      evaluate(search, side, std::move(child), deadline);
    }
  }
  impose(std::vector<Phase>(unstable_.size()));  // as the next neuron expects it
  const bool exact = search.settled(search.bound());
  const double bound = std::min(search.bound(), search.best);
  return {search.trusted ? bound - relative(kSliver, bound) : bound,
          exact ? BoundSource::exact : BoundSource::stopped};
}

/// Solves the node's LP and files the node as open, closed or empty.
void PhaseTree::evaluate(Search& search, const Side& side, Node node, const Deadline& deadline) {
  impose(node.phases);
  const LpSolution lp = lp_.solve(deadline);
  if (lp.status == SolveStatus::infeasible) {
    search.trusted = true;
    return;
  }
  // Also of an LP that was stopped: its multipliers prove something, its point is an input.
  node.bound = std::max(node.bound, sum_down(lp_.safe_bound(lp.duals), side.constant));
  search.best = std::min(search.best, attained(model_, side, lp.values));
  node.branch = branching_neuron(node.phases, lp);
  if (search.settled(node.bound) || node.branch == unstable_.size()) {
    search.closed = std::min(search.closed, node.bound);
    return;
  }
  search.open.push_back(std::move(node));
  std::push_heap(search.open.begin(), search.open.end());
}

void PhaseTree::impose(const std::vector<Phase>& phases) {
  for (std::size_t u = 0; u < unstable_.size(); ++u) {
    const auto& [columns, bounds, row] = unstable_[u];
    const bool active = phases[u] == Phase::active, inactive = phases[u] == Phase::inactive;
    lp_.set_column_bounds(columns.x, 0, inactive ? 0 : bounds.upper);
    lp_.set_column_bounds(columns.s, 0, active ? 0 : -bounds.lower);
    lp_.set_column_bounds(columns.z, inactive ? 1 : 0, active ? 0 : 1);
  }
}

/// Index into unstable_; its size when all phases are fixed.
std::size_t PhaseTree::branching_neuron(const std::vector<Phase>& phases,
                                        const LpSolution& lp) const {
  std::size_t chosen = unstable_.size();
  double most = -1;
  for (std::size_t u = 0; u < unstable_.size(); ++u) {
    if (phases[u] != Phase::free) continue;
    const Unstable& neuron = unstable_[u];
    const double cheat = std::min(lp.values[static_cast<std::size_t>(neuron.columns.x)],
                                  lp.values[static_cast<std::size_t>(neuron.columns.s)]);
    const double sensitivity = std::abs(lp.duals[static_cast<std::size_t>(neuron.row)]);
    const double score = std::max(0.0, cheat) * (sensitivity + 1e-6);
    if (score > most) {
      most = score;
      chosen = u;
    }
  }
  return chosen;
}

}  // namespace brink
