#include "brink/certificate/region_proof.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/certificate/pixel_proof.h"
#include "brink/search/branching.h"
#include "brink/search/parameters.h"

namespace brink::certificate {

namespace {

using search::Ball;
using search::Cost;
using search::Multipliers;
using search::NodeBound;
using search::parameters;
using search::Problem;

constexpr int kLeafRounds = 400;
/// A tree of no more has no facts: each costs as much as a node, and an open neuron has two; but by
/// slopes many at once.
constexpr std::int64_t kFewNodes = 12, kNodesANeuron = 2;
/// The same where the search said what it found: half as many nodes, and none where it found more
/// empty nodes than so many with its own bounds of neurons. (Before: 2 nodes for each open neuron
/// were tried and mostly thrown away, a third of what a certificate cost.)
constexpr std::int64_t kNodesANeuronSaid = 1;
constexpr std::ptrdiff_t kFewSaid = 5;
/// A fact has to narrow a neuron by this share of its width, unless it settles its phase.
constexpr double kWorth = 0.02;

}  // namespace

RegionProof::RegionProof(const Problem& problem, const OutputRegion& region, const Ball& ball,
                         const search::Units& units, Records& records, const Deadline& deadline)
    : problem_(problem),
      region_(region),
      ball_(ball),
      records_(records),
      deadline_(deadline),
      digits_(problem, units) {}

Gap RegionProof::run() {
  Intervals bounds = start_ ? *start_ : ball_bounds(problem_, ball_);
  bounder_ = make_bounder(problem_, bounds);
  if (bounder_->slopes() != nullptr) heard_ = nullptr;
  std::vector<const Said*> said = all_said();
  const auto empty =
      std::count_if(said.begin(), said.end(), [](const Said* each) { return !each->is_bound(); });
  if (closed_by_said(bounds, said)) return Gap::none;
  const NodeBound root =
      bounder_->minimise(bounds, {}, ball_, pool_, 0.0, parameters().node_rounds, deadline_);
  if (root.exceeds(0) && close(bounds, root.proof.multipliers)) return Gap::none;
  if (empty <= kFewSaid) {
    const Gap gap = with_few_nodes(bounds);
    if (records_.release(gap == Gap::none)) return gap;
  }
  return node(std::move(bounds), true, said);
}

Gap RegionProof::run_briefly() {
  Intervals bounds = ball_bounds(problem_, ball_);
  bounder_ = make_bounder(problem_, bounds);
  const NodeBound root =
      bounder_->minimise(bounds, {}, ball_, pool_, 0.0, parameters().root_rounds, deadline_);
  if (root.exceeds(0) && close(bounds, root.proof.multipliers)) return Gap::none;
  return with_few_nodes(bounds);
}

Gap RegionProof::run_as_said(const std::vector<Said>& nodes, std::int64_t most) {
  bounder_ = make_bounder(problem_, *start_);
  most_nodes_ = records_.counts().nodes + most;
  std::vector<const Said*> said;
  for (const Said& node : nodes) said.push_back(&node);
  return node(*start_, false, said);
}

/// Without facts; what it writes is held.
Gap RegionProof::with_few_nodes(const Intervals& bounds) {
  records_.hold();
  std::int64_t most = kFewNodes;
  if (bounder_->slopes() == nullptr) {
    const std::int64_t each = heard_ != nullptr ? kNodesANeuronSaid : kNodesANeuron;
    most = std::max<std::int64_t>(kFewNodes, each * bounds.unstable_count());
  }
  most_nodes_ = records_.counts().nodes + most;
  const Gap gap = node(bounds, false);
  most_nodes_ = std::numeric_limits<std::int64_t>::max();
  return gap;
}

bool RegionProof::close(const Intervals& bounds, const Multipliers& multipliers) {
  const auto written = digits_.empty(bounds, multipliers, ball_);
  if (written) records_.close(written->multipliers);
  return written.has_value();
}

Gap RegionProof::node(Intervals bounds, bool tighten_first, Within within) {
  if (deadline_.expired() || records_.failed()) return Gap::time;
  if (records_.counts().nodes >= most_nodes_) return Gap::time;
  const std::int64_t facts = records_.counts().facts;
  if (close_as_said(bounds, within)) return Gap::none;
  if (tighten_first && records_.counts().facts == facts) {
    auto tighter = bounder_->slopes() != nullptr ? tightened_by_slopes(std::move(bounds))
                                                 : tightened(std::move(bounds));
    if (stuck_) return Gap::rounding;
    if (!tighter) return Gap::none;
    bounds = std::move(*tighter);
  }
  const int as_said = split_as_said(bounds, within);
  if (as_said >= 0 && !has_shrunk(within)) return divide(bounds, as_said, within);
  const bool settled = bounds.settled();
  const int rounds = bounder_->slopes() == nullptr ? parameters().node_rounds
                     : settled                     ? parameters().leaf_steps
                                                   : parameters().slope_steps;
  const NodeBound bound = bounder_->minimise(bounds, {}, ball_, pool_, 0.0, rounds, deadline_);
  if (bound.exceeds(0) && close(bounds, bound.proof.multipliers)) return Gap::none;
  if (settled) return leaf(bounds);
  const int neuron = as_said >= 0 ? as_said : search::branching_neuron(bounds, bound.states);
  return divide(bounds, neuron, within);
}

Gap RegionProof::divide(const Intervals& bounds, int neuron, Within within) {
  const auto i = static_cast<std::size_t>(neuron);
  const bool programs = bounder_->slopes() == nullptr;
  const std::int64_t large = programs ? parameters().large_subtree : parameters().slope_subtree;
  records_.split(neuron);
  std::int64_t before = records_.counts().nodes;
  bool large_sibling = false;
  for (const bool on : {false, true}) {
    const Within side = on_side(within, neuron, on);
    Intervals child = bounds;
    (on ? child.lower[i] : child.upper[i]) = 0;
    auto narrowed = problem_.propagate(std::move(child), problem_.layer_of(neuron) + 1);
    if (!narrowed) {
      records_.close_empty();
    } else if (const Gap gap = node(std::move(*narrowed), large_sibling, side); gap != Gap::none) {
      return gap;
    }
    large_sibling = records_.counts().nodes - before >= large;
  }
  records_.leave();
  return Gap::none;
}

Gap RegionProof::leaf(const Intervals& bounds) {
  if (ball_.norm() == Norm::l0) {
    if (by_tree_) return Gap::rounding;  // pixels know nothing of a side that is not 0
    return PixelProof(problem_, region_, ball_, bounds, digits_, records_, deadline_).run();
  }
  const NodeBound bound =
      bounder_->minimise(bounds, {.sharp = true}, ball_, pool_, 0.0, kLeafRounds, deadline_);
  if (bound.exceeds(0) && close(bounds, bound.proof.multipliers)) return Gap::none;
  if (ball_.norm() != Norm::l2) {
    const Multipliers exact = least_violation(problem_, region_, ball_, bounds, deadline_);
    if (exact.rows.size() > 0 && close(bounds, exact)) return Gap::none;
  }
  return deadline_.expired() ? Gap::time : Gap::rounding;
}

std::optional<Intervals> RegionProof::tightened(Intervals bounds) {
  const NodeBound margin =
      bounder_->minimise(bounds, {}, ball_, pool_, 0.0, parameters().root_rounds, deadline_);
  if (margin.exceeds(0) && close(bounds, margin.proof.multipliers)) return std::nullopt;
  for (int k = 1; k <= problem_.hidden_layers(); ++k) {
    for (int j = 0; j < static_cast<int>(problem_.network().width(k)); ++j) {
      const int neuron = problem_.neuron(k, j);
      for (const double sign : {1.0, -1.0}) {
        if (deadline_.expired()) return bounds;
        if (!bounds.unstable(neuron)) break;
        if (!side(bounds, neuron, sign)) return std::nullopt;
      }
    }
    auto tighter = problem_.propagate(std::move(bounds), k + 1);
    if (!tighter) return records_.close_empty(), std::nullopt;
    bounds = std::move(*tighter);
  }
  return bounds;
}

/// False: the node is closed, or stuck.
bool RegionProof::side(Intervals& bounds, int neuron, double sign) {
  const NodeBound bound = bounder_->minimise(bounds, {neuron, sign}, ball_, pool_, 0.0,
                                             parameters().neuron_rounds, deadline_);
  if (bound.empty()) {
    stuck_ = !close(bounds, bound.proof.multipliers);
    return false;
  }
  return learn(bounds, bound.cost, bound.proof);
}

/// A fact, if it is worth its bytes. False: the neuron's sides cross, which closes the node.
bool RegionProof::learn(Intervals& bounds, const Cost& cost, const search::Proof& proof,
                        double given) {
  if (cost.neuron < 0) return true;  // programs without a point whose rays proved nothing
  const auto i = static_cast<std::size_t>(cost.neuron);
  const double width = bounds.upper[i] - bounds.lower[i];
  const bool lower = cost.sign > 0;
  const double known = lower ? bounds.lower[i] : -bounds.upper[i];
  const bool settles = proof.value > 0 && known < 0;
  if (!settles && proof.value < known + kWorth * width) return true;
  const double least = settles ? 0 : proof.value - given * (proof.value - known);
  const auto written = digits_.bound(bounds, cost, proof.multipliers, ball_, least);
  if (!written) return true;
  const double value = on_grid(written->value, width);
  if (value <= known) return true;
  const double side = lower ? value : -value;
  records_.fact(cost.neuron, lower, digits_.in_file(cost.neuron, side), written->multipliers);
  (lower ? bounds.lower[i] : bounds.upper[i]) = side;
  if (bounds.lower[i] <= bounds.upper[i]) return true;
  records_.close_empty();
  return false;
}

}  // namespace brink::certificate
