// The search's last tree again, as far as what it said of it goes (heard.h).
//
// A node takes the split that most of what is said of nodes within it has; a node that an empty one
// covers is closed by its multipliers, without a program. Bounds of neurons are proven again one
// after another, in the order in which they were said; those of small trees as lemmas by trees.
#include <algorithm>
#include <limits>

#include "brink/certificate/region_proof.h"

namespace brink::certificate {

namespace {

/// Of the radius: less, and what was divided may be empty as it is.
constexpr double kShrunk = 0.9;
/// Digits may cost no more of what a bound gains: the search went on no farther than it had to, so
/// what it said of nodes leaves no more room. (A tenth: half of them are not closed any more.)
constexpr double kGivenAsSaid = 0.004;

/// Of a neuron's width: what a tree has to gain beyond its root. Of what it gains: what digits may
/// cost.
constexpr double kTreeIsWorth = 0.02, kGivenOfTree = 0.004;

/// All splits of what is said are behind the node.
bool covers(const Said& said, const Intervals& bounds) {
  for (std::size_t i = 0; i < said.phases.size(); ++i) {
    if (is_split(said.phases[i]) && bounds.unstable(static_cast<int>(i))) return false;
  }
  return true;
}

}  // namespace

std::vector<const Said*> RegionProof::all_said() const {
  std::vector<const Said*> all;
  if (heard_ == nullptr) return all;
  for (const Said& said : *heard_) {
    const bool fits = said.radius >= ball_.radius() && said.neurons.size() == problem_.neurons() &&
                      said.rows.size() == problem_.rhs().size();
    if (fits) all.push_back(&said);
  }
  return all;
}

/// By what covers the node, which is taken from `within`; its bounds of neurons first.
bool RegionProof::close_as_said(Intervals& bounds, Within& within) {
  for (bool learned = true; learned && !within.empty();) {
    const auto uncovered = std::stable_partition(
        within.begin(), within.end(), [&](const Said* said) { return !covers(*said, bounds); });
    const auto empty = std::stable_partition(uncovered, within.end(),
                                             [](const Said* said) { return said->is_bound(); });
    learned = empty != uncovered;
    if (!learn_as_said(bounds, Within(uncovered, empty))) return true;
    if (closed_by_said(bounds, Within(empty, within.end()))) return true;
    within = within.first(static_cast<std::size_t>(uncovered - within.begin()));
  }
  return false;
}

/// By an empty node that covers it, the last first.
bool RegionProof::closed_by_said(const Intervals& bounds, Within said) {
  return std::any_of(said.rbegin(), said.rend(), [&](const Said* each) {
    return !each->is_bound() && covers(*each, bounds) && close(bounds, each->multipliers());
  });
}

/// In the order in which it was said. False: the node is closed.
bool RegionProof::learn_as_said(Intervals& bounds, Within said) {
  if (said.empty()) return true;
  int layer = 0;
  const auto propagate = [&] {
    auto tighter = problem_.propagate(std::move(bounds), layer + 1);
    if (tighter) bounds = std::move(*tighter);
    if (!tighter) records_.close_empty();
    return tighter.has_value();
  };
  for (const Said* each : said) {
    const int neuron = each->cost.neuron;
    if (deadline_.expired()) break;
    if (problem_.layer_of(neuron) != layer) {
      if (!propagate()) return false;
      layer = problem_.layer_of(neuron);
    }
    if (!bounds.unstable(neuron) || learn_by_tree(bounds, *each)) continue;
    const search::Proof proof = prove(problem_, bounds, each->cost, each->multipliers(), ball_);
    if (!learn(bounds, each->cost, proof, kGivenAsSaid)) return false;
  }
  return propagate();
}

/// What a tree's nodes prove of its neuron together, `known` or more, now that other neurons'
/// bounds are not quite those of the search. `proven` receives each of them with its value, as if
/// it were empty: beyond a lesser value it is.
double RegionProof::bound_as_said(const Intervals& bounds, Within within, double known,
                                  std::vector<Said>& proven) const {
  const auto covering = std::stable_partition(
      within.begin(), within.end(), [&](const Said* said) { return !covers(*said, bounds); });
  for (auto each = covering; each != within.end(); ++each) {
    const Said& said = **each;
    double value = prove(problem_, bounds, said.cost, said.multipliers(), ball_).value;
    if (!said.is_bound() && value > 0) value = std::numeric_limits<double>::infinity();
    known = std::max(known, value);
    proven.push_back({said.neurons, said.rows, said.radius, said.phases, {}, value, {}});
  }
  within = within.first(static_cast<std::size_t>(covering - within.begin()));
  const int neuron = within.empty() ? -1 : split_as_said(bounds, within);
  if (neuron < 0) return known;
  double least = std::numeric_limits<double>::infinity();
  for (const bool on : {false, true}) {
    Intervals child = bounds;
    (on ? child.lower : child.upper)[static_cast<std::size_t>(neuron)] = 0;
    const auto narrowed = problem_.propagate(std::move(child), problem_.layer_of(neuron) + 1);
    if (!narrowed) continue;
    const Within side = on_side(within, neuron, on);
    least = std::min(least, bound_as_said(*narrowed, side, known, proven));
  }
  return std::max(known, least);
}

/// If the tree is worth more than its root, and is proven.
bool RegionProof::learn_by_tree(Intervals& bounds, const Said& said) {
  if (said.tree.empty()) return false;
  const int neuron = said.cost.neuron;
  const auto i = static_cast<std::size_t>(neuron);
  const bool lower = said.cost.sign > 0;
  const double width = bounds.upper[i] - bounds.lower[i];
  const double known = lower ? bounds.lower[i] : -bounds.upper[i];
  std::vector<const Said*> nodes{&said};
  for (const Said& node : said.tree) nodes.push_back(&node);
  std::vector<Said> leaves;
  const double found = bound_as_said(bounds, nodes, known, leaves);
  const double root = std::max(leaves.front().value, known);
  if (root > 0 || found < root + (found > 0 ? 0 : kTreeIsWorth * width)) return false;
  const double value = found > 0 ? 0 : on_grid(found - kGivenOfTree * (found - known), width);
  if (value <= root) return false;
  std::vector<const Said*> within;
  for (const Said& leaf : leaves) {
    if (leaf.value > value) within.push_back(&leaf);
  }
  const double side = lower ? value : -value;
  Intervals beyond = bounds;
  (lower ? beyond.upper : beyond.lower)[i] = side;
  records_.hold();
  records_.fact_by_tree(neuron, lower, digits_.in_file(neuron, side));
  most_nodes_ = records_.counts().nodes + 2 * std::ssize(nodes) + 2;
  by_tree_ = true;
  auto narrowed = problem_.propagate(std::move(beyond), problem_.layer_of(neuron) + 1);
  const Gap gap = narrowed ? node(std::move(*narrowed), false, within) : Gap::none;
  if (!narrowed) records_.close_empty();
  most_nodes_ = std::numeric_limits<std::int64_t>::max();
  by_tree_ = stuck_ = false;
  if (records_.release(gap == Gap::none)) (lower ? bounds.lower : bounds.upper)[i] = side;
  return gap == Gap::none;
}

/// A node that was divided in a larger ball may be empty as it is: it is worth a program.
bool RegionProof::has_shrunk(Within within) const {
  return ball_.radius() < kShrunk * within.front()->radius;
}

RegionProof::Within RegionProof::on_side(Within within, int neuron, bool on) {
  const auto i = static_cast<std::size_t>(neuron);
  const auto end = std::stable_partition(within.begin(), within.end(), [i, on](const Said* said) {
    return on ? said->phases[i] > 0 : said->phases[i] < 0;
  });
  return within.first(static_cast<std::size_t>(end - within.begin()));
}

/// Negative: none.
int RegionProof::split_as_said(const Intervals& bounds, Within within) const {
  int best = -1;
  std::size_t most = 0;
  for (int i = 0; i < problem_.neurons(); ++i) {
    if (!bounds.unstable(i)) continue;
    const auto count =
        static_cast<std::size_t>(std::count_if(within.begin(), within.end(), [i](const Said* said) {
          return is_split(said->phases[static_cast<std::size_t>(i)]);
        }));
    if (count <= most) continue;
    most = count;
    best = i;
  }
  return 2 * most > within.size() ? best : -1;
}

}  // namespace brink::certificate
