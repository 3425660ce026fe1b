// Branch and bound on phases, best first in the large and depth first in the small.
//
// The question is the margin's (problem.h) on the network cut off behind layer k, with one row and
// no ball but the box itself: how large can c y^k - best be, best the largest value known? A node's
// bound is read off the same relaxation. Best first, because a bound is what is owed when the
// search is stopped; but the first nodes below the one that is taken up are explored depth first,
// where the last basis nearly solves the next program. Depth first too once too many nodes are
// open, so memory stays bounded. After some hundred nodes the root is tightened over the inputs
// that would do better than the best known: their neurons range less than those of the box.
// Values come from the relaxation's points, ascents that start there, and local search
// (extreme_heuristic.h). A leaf whose bound is not near enough (weights of very uneven sizes:
// rounding is charged by the largest) is an LP over the pixels.
//
// Tried and dropped (PERFORMANCE.md): nodes of their own tightening, by programs or by trees, as in
// worker.cpp; larger trees at the root; ends of programs as soon as they show that the node stays
// open.
#include "brink/search/extreme.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "brink/search/branching.h"
#include "brink/search/extreme_heuristic.h"
#include "brink/search/leaf.h"
#include "brink/search/relaxation.h"
#include "brink/search/tightening.h"

namespace brink::search {

namespace {

constexpr int kRounds = 12;
constexpr int kLeafRounds = 200;
constexpr std::int64_t kFirstTightening = 50;  ///< nodes; then four times as many, and so on
constexpr int kTighteningGrowth = 4;
constexpr int kFirstExpansions = 8;         ///< of the trees that tighten; twice as many each time
constexpr std::int64_t kAscentAlways = 20;  ///< nodes whose point starts an ascent; then
constexpr std::int64_t kAscentEvery = 8;    ///< every so many
constexpr std::int64_t kBurst = 200;        ///< nodes, depth first, from the one taken up
constexpr std::int64_t kLocalShare =
    10;  ///< local search: its share of all effort is one in so many

struct OpenNode {
  double bound;
  Intervals phasing;
  bool operator<(const OpenNode& other) const { return bound < other.bound; }
};

/// c y^k >= least.
OutputRegion at_least(const Eigen::VectorXd& c, double least) {
  OutputRegion region;
  region.rows.push_back({c, least});
  return region;
}

class ExtremeSearch {
 public:
  ExtremeSearch(const Network& network, const Box& box, const Eigen::VectorXd& c,
                const Intervals& root, const Deadline& deadline, const ExtremeOptions& options)
      : c_(c),
        values_(network, 0.5 * (box.lower + box.upper), box, at_least(c, 0)),
        problem_(values_),
        ball_(Norm::linf, values_.image(), box, 1e300),
        best_(values_, ball_),
        root_(root),
        deadline_(deadline),
        options_(options) {}

  ExtremeResult run() {
    best_.ascend(Eigen::VectorXd::Zero(values_.image().size()), deadline_);
    if (problem_.propagate(root_, 2)) {
      renew();
      open_.push_back({std::numeric_limits<double>::infinity(), root_});
    }
    while (open_bound() > enough() && !deadline_.expired()) {
      if (result_.statistics.nodes >= next_tightening_ && !tighten_root()) {
        open_.clear();
        near_.clear();
        break;
      }
      explore(take());
    }
    result_.value = best_.value();
    result_.point = best_.point();
    const double scale = std::max(1.0, std::abs(result_.value));
    result_.bound = std::max({closed_, open_bound(), result_.value + 0.01 * kExtremeGap * scale});
    result_.finished = result_.bound <= enough();
    return std::move(result_);
  }

 private:
  /// Nothing above this is worth finding.
  double enough() const {
    const double share = std::max(kExtremeGap, options_.gap);
    return best_.value() + share * std::max(1.0, std::abs(best_.value()));
  }

  /// Nothing in the open nodes is above.
  double open_bound() const {
    double bound = -std::numeric_limits<double>::infinity();
    for (const OpenNode& node : near_) bound = std::max(bound, node.bound);
    if (!open_.empty()) bound = std::max(bound, open_.front().bound);
    return bound;
  }

  void renew() {
    base_ = best_.value();
    problem_ = Problem(values_, at_least(c_, base_));
    relaxation_ = std::make_unique<Relaxation>(problem_, root_);
  }

  void local_search() {
    const Stopwatch watch;
    best_.search(root_, result_.statistics.effort / kLocalShare, deadline_, result_.statistics);
    result_.statistics.heuristic_seconds += watch.seconds();
  }

  bool tighten_root() {
    local_search();
    const Stopwatch watch;
    renew();
    const bool first = next_tightening_ == kFirstTightening;
    next_tightening_ = kTighteningGrowth * std::max(next_tightening_, result_.statistics.nodes);
    const bool possible = first ? tighten_node(problem_, *relaxation_, ball_, pool_, root_,
                                               deadline_, result_.statistics)
                                : tighten_by_trees(problem_, ball_, {&pool_}, root_, expansions_,
                                                   deadline_, result_.statistics);
    if (possible) renew();
    if (!first) expansions_ *= 2;
    result_.statistics.tightening_seconds += watch.seconds();
    return possible;
  }

  OpenNode take() {
    if (result_.statistics.nodes >= burst_end_) {
      for (OpenNode& node : near_) {
        open_.push_back(std::move(node));
        std::push_heap(open_.begin(), open_.end());
      }
      near_.clear();
    }
    if (!near_.empty()) return last_of(near_);
    burst_end_ = result_.statistics.nodes + kBurst;
    if (open_.size() <= options_.most_open) std::pop_heap(open_.begin(), open_.end());
    // Beyond, the newest leaf of the heap: deep, so soon closed. The heap stays one without it.
    return last_of(open_);
  }

  static OpenNode last_of(std::vector<OpenNode>& nodes) {
    OpenNode node = std::move(nodes.back());
    nodes.pop_back();
    return node;
  }

  void explore(OpenNode node) {
    ++result_.statistics.nodes;
    if (!node.phasing.meet(root_)) {
      ++result_.statistics.pruned_by_interval;
      return;
    }
    const bool leaf = node.phasing.settled();
    const NodeBound bound = bound_node(node, leaf ? kLeafRounds : kRounds);
    if (node.bound <= enough()) {
      ++result_.statistics.pruned_by_bound;
    } else if (leaf) {
      ++result_.statistics.leaves;
      const PatternExtreme extreme =
          pattern_extreme(values_, at_least(c_, 0), values_.phases(node.phasing), deadline_);
      node.bound = std::min(node.bound, std::max(extreme.bound, best_.value()));
      if (extreme.point.size() > 0) best_.offer(extreme.point);
    } else {
      return branch(node, bound);
    }
    closed_ = std::max(closed_, node.bound);
  }

  /// Lowers the node's bound.
  NodeBound bound_node(OpenNode& node, int rounds) {
    NodeBound bound = result_.statistics.count(relaxation_->minimise(
        node.phasing, {-1, 1, true}, ball_, pool_, base_ - enough(), rounds, deadline_));
    node.bound = bound.empty() ? best_.value() : std::min(node.bound, base_ - *bound.value);
    if (node.bound <= enough()) return bound;
    const Eigen::VectorXd change = pool_.change(bound.solution, ball_);
    best_.offer(problem_.image_with(bound.maximiser));
    best_.offer(problem_.image_with(change));
    const std::int64_t nodes = result_.statistics.nodes;
    if (nodes <= kAscentAlways || nodes % kAscentEvery == 0) best_.ascend(change, deadline_);
    return bound;
  }

  void branch(const OpenNode& node, const NodeBound& bound) {
    const int id = branching_neuron(node.phasing, bound.states);
    const bool likely = leans_active(node.phasing, bound.states, id);
    for (const bool active : {!likely, likely}) {  // the second is explored first
      auto child = problem_.child(node.phasing, id, active);
      if (child) near_.push_back({node.bound, std::move(*child)});
    }
  }

  Eigen::VectorXd c_;
  Problem values_;   ///< its slack is the value
  Problem problem_;  ///< asks for at least base_
  double base_ = 0;
  Ball ball_;
  ExtremeHeuristic best_;
  Intervals root_;
  Deadline deadline_;
  ExtremeOptions options_;
  ExtremeResult result_;
  PointPool pool_;
  std::unique_ptr<Relaxation> relaxation_;
  std::vector<OpenNode> open_;                                ///< a heap
  std::vector<OpenNode> near_;                                ///< a stack, explored before these
  std::int64_t burst_end_ = 0;                                ///< when the stack goes to the heap
  double closed_ = -std::numeric_limits<double>::infinity();  ///< of leaves left open
  std::int64_t next_tightening_ = kFirstTightening;
  int expansions_ = kFirstExpansions;
};

}  // namespace

ExtremeResult search_extreme(const Network& network, const Bounds& bounds, int k,
                             const Eigen::VectorXd& c, const Deadline& deadline,
                             const ExtremeOptions& options) {
  Network part;
  part.layers.assign(network.layers.begin(), network.layers.begin() + k);
  const auto hidden = bounds.neurons().first(k);
  const auto& all = bounds.intervals();
  const Intervals root{{all.lower.begin(), all.lower.begin() + hidden},
                       {all.upper.begin(), all.upper.begin() + hidden}};
  return ExtremeSearch(part, bounds.box, c, root, deadline, options).run();
}

}  // namespace brink::search
