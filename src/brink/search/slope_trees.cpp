// Where layers follow layers, each bounds its neurons over the triangles of those before, and what
// these give away multiplies: on 784-256x4-10 the third layer had 35 open neurons where 5 are, the
// fourth 199 where 9 are, and no phase of the last layers' says why. So each side of an open
// neuron has a branch and bound of its own over the phases of the layers before it (side_tree.h),
// the first layers first. That is what mixed-integer programs do for a neuron in Tjeng et al. 2019
// and in the root of the verifiers that have solved such networks; here a node is a few steps of
// slopes, and the nodes of 32 sides are items of one ascent (slope_ascent.h): a quarter of a
// millisecond each. Rows take no part, so that all regions share what it comes to.
// Tried: 3 to 16 steps a node (fewer leave gaps, more take longer than more nodes do). Not worth
// their lines: children from their parent's slopes rather than their side's last (0.92 of the
// time).
#include "brink/search/slope_trees.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "brink/base/parallel.h"
#include "brink/search/parameters.h"
#include "brink/search/side_tree.h"
#include "brink/search/slope_ascent.h"

namespace brink::search {

namespace {

constexpr int kSidesTogether = 16;
constexpr double kWeightsOfSides = 5e6;
/// Of a neuron's width: a side that has more of it neither settles the phase nor, moved, takes much
/// from the triangle.
constexpr double kFarSide = 0.8;
/// Share of their gap that twice as large trees must close to be grown further: where planes have
/// found the envelope, in the second layer, more nodes close nothing. Of the last layer, which the
/// margin leans on, less is enough.
constexpr double kGain = 0.03, kLastGain = 0.004;
constexpr int kFirstLook = 16;  ///< nodes of a side

/// Both sides of some neurons of one layer.
class Sides {
 public:
  Sides(const Problem& problem, const Ball& ball, const Intervals& known,
        const std::vector<int>& neurons)
      : problem_(problem), ball_(ball) {
    sides_.reserve(2 * neurons.size());
    for (const int id : neurons) {
      const auto i = static_cast<std::size_t>(id);
      const double most = kFarSide * (known.upper[i] - known.lower[i]);
      sides_.push_back({SideTree(problem, known, {id, 1.0}), -known.lower[i] > most, std::nullopt});
      sides_.push_back({SideTree(problem, known, {id, -1.0}), known.upper[i] > most, std::nullopt});
    }
    earlier_ = problem.neuron(problem.layer_of(neurons.front()), 0);
  }

  /// One node of each side, at first its root, later of those that are worth it.
  void expand(int steps, const Deadline& deadline) {
    std::vector<std::pair<Side*, SideTree::Taken>> taken;
    for (Side& side : sides_) {
      if (side.tree.done() || (side.slopes && side.is_far)) continue;
      if (auto node = side.tree.take()) taken.emplace_back(&side, std::move(*node));
    }
    std::vector<SlopeAscent::Item> items;
    for (const auto& [side, node] : taken) {
      const Objective& objective = side->tree.objective();
      items.push_back({&node.bounds, Cost{objective.neuron, objective.sign, false, false}, 0.0,
                       side->slopes ? &*side->slopes : nullptr});
    }
    auto run = SlopeAscent(problem_, ball_, live_).run(items, steps, false, deadline);
    effort_ += run.effort;
    std::vector<Multiplied> multiplied;
    for (std::size_t i = 0; i < items.size(); ++i) {
      multiplied.push_back({items[i].node, items[i].cost, std::move(run.results[i].multipliers)});
    }
    std::vector<Proof> proofs = prove(problem_, std::move(multiplied), ball_);
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto& [side, node] = taken[i];
      side->tree.answer(std::move(node),
                        bound_of(run.results[i], items[i].cost, std::move(proofs[i])), ball_);
      side->slopes = std::move(run.results[i].slopes);
    }
  }

  /// Into those bounds; of other neurons nothing is written.
  void meet(Intervals& bounds) const {
    for (const Side& side : sides_) {
      const auto i = static_cast<std::size_t>(side.tree.objective().neuron);
      const double bound = side.tree.bound();
      if (std::isinf(bound)) continue;  // by rounding only: the ball has points
      if (side.tree.objective().sign > 0) {
        bounds.lower[i] = std::max(bounds.lower[i], bound);
      } else {
        bounds.upper[i] = std::min(bounds.upper[i], -bound);
      }
    }
  }
  /// By how much the triangles that the trees leave are above their neurons, in all.
  double gap() const {
    double sum = 0;
    for (std::size_t i = 0; i < sides_.size(); i += 2) {
      const double below = -sides_[i].tree.bound(), above = -sides_[i + 1].tree.bound();
      if (below > 0 && above > 0) sum += below * above / (below + above);
    }
    return sum;
  }
  bool done() const {
    return std::all_of(sides_.begin(), sides_.end(),
                       [](const Side& side) { return side.tree.done() || side.is_far; });
  }
  std::int64_t effort() const { return effort_; }

 private:
  struct Side {
    SideTree tree;
    bool is_far = false;
    std::optional<Slopes> slopes;  ///< where its last node ended
  };

  NodeBound bound_of(const SlopeAscent::Result& result, const Cost& cost, Proof proof) const {
    NodeBound bound;
    bound.cost = cost;
    bound.proof = std::move(proof);
    bound.value = bound.proof.value;
    for (int i = 0; i < earlier_; ++i) {
      bound.states.push_back({result.x(i), result.x(i) - result.y(i), result.price(i), 0});
    }
    return bound;
  }

  const Problem& problem_;
  const Ball& ball_;
  int earlier_ = 0;  ///< neurons of the layers before
  std::vector<Side> sides_;
  std::optional<LiveLayers> live_;
  std::int64_t effort_ = 0;
};

/// Of layer k, those with the largest triangle first.
std::vector<int> open_neurons(const Problem& problem, const Intervals& bounds, int k) {
  std::vector<int> open;
  for (int j = 0; j < static_cast<int>(problem.network().width(k)); ++j) {
    if (bounds.unstable(problem.neuron(k, j))) open.push_back(problem.neuron(k, j));
  }
  std::stable_sort(open.begin(), open.end(), [&](int a, int b) {
    const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
    return bounds.lower[i] * bounds.upper[i] < bounds.lower[j] * bounds.upper[j];
  });
  return open;
}

/// `trees`: until when they may grow; all sides have their root bounded.
void bound_layer(const Problem& problem, const Ball& ball, int k, int expansions, int threads,
                 const Deadline& trees, const Deadline& deadline, SlopeTreesResult& result) {
  const std::vector<int> open = open_neurons(problem, result.bounds, k);
  const int together = neurons_together(problem);
  const int pieces = (static_cast<int>(open.size()) + together - 1) / together;
  const Intervals known = result.bounds;
  std::mutex mutex;
  parallel_for(pieces, threads, [&](int piece) {
    if (deadline.expired()) return;
    const auto begin = open.begin() + std::ptrdiff_t{piece} * together;
    const auto end = open.end() - begin > together ? begin + together : open.end();
    const TreesGrown grown = bound_by_slope_trees(problem, ball, known, {begin, end}, expansions,
                                                  trees, deadline, result.bounds);
    const std::lock_guard lock(mutex);
    result.effort += grown.effort;
    result.expansions = std::max(result.expansions, grown.expansions);
  });
}

}  // namespace

int larger_trees(int expansions) {
  constexpr int kMost = 1'000'000;
  if (expansions >= kMost) return kMost;
  return std::max(parameters().side_expansions, parameters().side_growth * expansions);
}

/// Few in a large network, so that the clock is looked at.
int neurons_together(const Problem& problem) {
  return std::clamp(static_cast<int>(kWeightsOfSides / problem.weights()), 1, kSidesTogether);
}

TreesGrown bound_by_slope_trees(const Problem& problem, const Ball& ball, const Intervals& known,
                                const std::vector<int>& neurons, int expansions,
                                const Deadline& trees, const Deadline& deadline,
                                Intervals& bounds) {
  const bool last = problem.layer_of(neurons.front()) == problem.hidden_layers();
  const double worth = 1 - (last ? kLastGain : kGain);
  Sides sides(problem, ball, known, neurons);
  sides.expand(parameters().side_steps, deadline);
  bool grows = true;
  double before = std::numeric_limits<double>::infinity();
  int node = 0;
  for (; node < 2 * expansions && grows && !trees.expired(); ++node) {
    sides.expand(parameters().slope_steps, trees);
    grows = !sides.done();
    if (node + 1 < kFirstLook || !std::has_single_bit(static_cast<unsigned>(node + 1))) continue;
    const double gap = sides.gap();
    grows = grows && gap < worth * before;
    before = gap;
  }
  sides.meet(bounds);
  return {sides.effort(), (node + 1) / 2};
}

SlopeTreesResult tighten_by_slope_trees(const Problem& problem, const Ball& ball, Intervals known,
                                        int expansions, int threads, const Deadline& deadline) {
  SlopeTreesResult result{std::move(known), 0, 0};
  for (int k = 2; k <= problem.hidden_layers() && !deadline.expired(); ++k) {
    const int layers = problem.hidden_layers() - k + 1;
    const Deadline share = deadline.within(deadline.remaining() / layers);
    bound_layer(problem, ball, k, expansions, threads, share, deadline, result);
    auto next = problem.propagate(result.bounds, k + 1);
    if (!next) break;  // by rounding only: the ball has points
    result.bounds = std::move(*next);
  }
  return result;
}

}  // namespace brink::search
