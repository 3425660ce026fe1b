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
#include "brink/search/claims.h"
#include "brink/search/extreme_heuristic.h"
#include "brink/search/leaf.h"
#include "brink/search/open_nodes.h"
#include "brink/search/parameters.h"
#include "brink/search/tightening.h"

namespace brink::search {

namespace {

/// c y^k >= least.
OutputRegion at_least(const Eigen::VectorXd& c, double least) {
  OutputRegion region;
  region.rows.push_back({c, least});
  return region;
}

std::size_t most_open(const Problem& problem, const ExtremeOptions& options) {
  if (!problem.is_large()) return options.most_open;
  const auto numbers =
      static_cast<std::size_t>(2 * problem.neurons() + problem.network().input_size());
  return std::min(options.most_open, kExtremeSlopes / (numbers * sizeof(float)));
}

class ExtremeSearch {
 public:
  /// `layer`: of any rows.
  ExtremeSearch(const Problem& layer, const Eigen::VectorXd& c, const Intervals& root,
                const Deadline& deadline, const ExtremeOptions& options)
      : c_(c),
        values_(layer, at_least(c, 0)),
        problem_(values_),
        ball_(Norm::linf, values_.image(), values_.reach(), 1e300),
        best_(values_, ball_),
        root_(root),
        deadline_(deadline),
        options_(options),
        open_(NodeOrder{parameters().burst, most_open(values_, options)}) {
    values_.tell(options.claims, true);
    problem_.tell(options.claims, true);
  }

  ExtremeResult run() {
    best_.ascend(Eigen::VectorXd::Zero(values_.image().size()), deadline_);
    // Bounds that nothing meets cannot be right: the box's own are.
    auto bounds = problem_.propagate(root_, 2);
    root_ = bounds ? std::move(*bounds) : box_bounds(values_);
    renew();
    open_.push({});
    while (open_bound() > enough() && !deadline_.expired()) {
      if (result_.statistics.nodes >= next_tightening_ && !tighten_root()) {
        open_.clear();
        break;
      }
      expand(*this, open_.pop(), open_);
    }
    result_.value = best_.value();
    result_.point = best_.point();
    const double scale = std::max(1.0, std::abs(result_.value));
    result_.bound = std::max({closed_, open_bound(), result_.value + 0.01 * kExtremeGap * scale});
    result_.finished = result_.bound <= enough();
    return std::move(result_);
  }

  // A question of expand(). A node's bound is on minus the value.
  std::optional<Intervals> enter(const Node& node) {
    auto bounds = problem_.within(root_, node);
    if (!bounds) problem_.claims().contradicted(problem_, root_, node);
    ++(bounds ? result_.statistics.nodes : result_.statistics.pruned_by_interval);
    return bounds;
  }

  NodeBound bound(Node& node, const Intervals& bounds) {
    NodeBound bound = result_.statistics.count(bounder_->minimise(
        bounds, {.sharp = true, .start = node.slopes.get()}, ball_, pool_, base_ - enough(),
        bounds.settled() ? parameters().extreme_leaf_rounds : parameters().extreme_rounds,
        deadline_));
    node.bound = bound.empty() ? std::numeric_limits<double>::infinity()
                               : std::max(node.bound, *bound.value - base_);
    if (-node.bound <= enough()) return bound;
    const Eigen::VectorXd change = change_of(bound, pool_, ball_);
    best_.offer(problem_.image_with(bound.maximiser));
    best_.offer(problem_.image_with(change));
    const std::int64_t nodes = result_.statistics.nodes;
    if (nodes <= parameters().ascent_always || nodes % parameters().ascent_every == 0)
      best_.ascend(change, deadline_);
    return bound;
  }

  Verdict judge(Node& node, const Intervals& bounds, const NodeBound& bound) {
    node.slopes = bound.slopes;
    problem_.claims().proven(problem_, bounds, bound.cost, ball_, bound.proof);
    double highest = -node.bound;
    if (highest <= enough()) {
      ++result_.statistics.pruned_by_bound;
    } else if (bounds.settled()) {
      ++result_.statistics.leaves;
      const PatternExtreme extreme =
          pattern_extreme(values_, at_least(c_, 0), values_.phases(bounds), deadline_);
      values_.claims().pattern_extreme(values_, values_.phases(bounds), extreme.bound);
      highest = std::min(highest, std::max(extreme.bound, best_.value()));
      if (extreme.point.size() > 0) best_.offer(extreme.point);
    } else {
      return Verdict::open;
    }
    closed_ = std::max(closed_, highest);
    return Verdict::closed;
  }

  static std::array<Split, 2> divide(const Intervals& bounds, const NodeBound& bound) {
    return phase_split(bounds, bound.states);
  }
  std::int64_t seen() const { return result_.statistics.nodes; }

 private:
  /// Nothing above this is worth finding.
  double enough() const {
    const double share = std::max(kExtremeGap, options_.gap);
    return best_.value() + share * std::max(1.0, std::abs(best_.value()));
  }

  /// Nothing in the open nodes is above.
  double open_bound() const { return -open_.least_bound(); }

  void renew() {
    base_ = best_.value();
    problem_ = Problem(values_, at_least(c_, base_));
    bounder_ = make_bounder(problem_, root_);
  }

  void local_search() {
    const Stopwatch watch;
    best_.search(root_, result_.statistics.effort / parameters().local_share, deadline_,
                 result_.statistics);
    result_.statistics.heuristic_seconds += watch.seconds();
  }

  bool tighten_root() {
    local_search();
    const Stopwatch watch;
    renew();
    const bool first = next_tightening_ == parameters().extreme_tighten_after;
    const bool at_once = first || bounder_->slopes() != nullptr;
    next_tightening_ =
        parameters().extreme_tighten_growth * std::max(next_tightening_, result_.statistics.nodes);
    auto tighter = at_once ? tighten_node(problem_, *bounder_, ball_, pool_, root_, deadline_,
                                          result_.statistics)
                           : tighten_by_trees(problem_, ball_, {&pool_}, root_, expansions_,
                                              deadline_, result_.statistics);
    const bool possible = tighter.has_value();
    if (possible) {
      root_ = std::move(*tighter);
      renew();
    }
    if (!first) expansions_ *= 2;
    result_.statistics.tightening_seconds += watch.seconds();
    return possible;
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
  std::unique_ptr<Bounder> bounder_;
  OpenNodes open_;
  double closed_ = -std::numeric_limits<double>::infinity();  ///< of leaves left open
  std::int64_t next_tightening_ = parameters().extreme_tighten_after;
  int expansions_ = parameters().extreme_expansions;
};

}  // namespace

LayerExtremes::LayerExtremes(const Network& network, const Bounds& bounds, int k)
    : part_{{network.layers.begin(), network.layers.begin() + k}, OutputKind::linear},
      problem_(part_, 0.5 * (bounds.box.lower + bounds.box.upper), bounds.box, {}) {
  const auto hidden = bounds.neurons().first(k);
  const auto& all = bounds.intervals();
  root_ = {{all.lower.begin(), all.lower.begin() + hidden},
           {all.upper.begin(), all.upper.begin() + hidden},
           problem_.linear()};
}

ExtremeResult LayerExtremes::search(const Eigen::VectorXd& c, const Deadline& deadline,
                                    const ExtremeOptions& options) const {
  return ExtremeSearch(problem_, c, root_, deadline, options).run();
}

ExtremeResult search_extreme(const Network& network, const Bounds& bounds, int k,
                             const Eigen::VectorXd& c, const Deadline& deadline,
                             const ExtremeOptions& options) {
  return LayerExtremes(network, bounds, k).search(c, deadline, options);
}

}  // namespace brink::search
