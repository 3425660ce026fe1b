// A node is bounded by the largest margin that its relaxation reaches within the ball: below zero,
// nothing in it is nearer than the ball's radius. While the distance relaxation is still zero (the
// image itself satisfies it, in the whole upper tree) its multipliers say nothing; the margin's
// always do. Branching: the violated neuron with the largest multiplier of its triangle, the one
// whose relaxation the margin leans on most. When the incumbent improves, the ball shrinks in
// place. A node whose sibling took a large subtree has its own bounds tightened first, and by small
// trees if that was a huge one. A leaf whose pixels take long (L0) is put off: by the time that all
// others are done the ball may be smaller, and one pixel less makes it easy.
#include "brink/search/worker.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "brink/pattern/pattern.h"
#include "brink/search/attack.h"
#include "brink/search/branching.h"
#include "brink/search/claims.h"
#include "brink/search/leaf.h"
#include "brink/search/parameters.h"

namespace brink::search {

namespace {

constexpr std::int64_t kProgramEffort = 100;  ///< of a leaf's linear program

}  // namespace

double beyond(Norm norm, double radius) {
  return norm == Norm::l0 ? std::floor(radius + 1e-9) + 1 : radius;
}

Worker::Worker(const Problem& problem, const OutputRegion& region, const Ball& ball,
               Incumbent& incumbent, double lead)
    : problem_(problem),
      region_(region),
      ball_(ball),
      incumbent_(incumbent),
      lead_(lead),
      led_region_(moved_inward(region, lead)) {}

void Worker::renew(const Intervals& root) {
  root_ = &root;
  bounder_.reset();
}

Bounder& Worker::bounder() {
  if (!bounder_) bounder_ = make_bounder(problem_, *root_);
  return *bounder_;
}

void Worker::clear() {
  open_.clear();
  seen_ = 0;
  doubtful_ = {};
}

Statistics Worker::take_statistics() {
  return std::exchange(statistics_, {});
}

void Worker::shrink_ball(double radius) {
  limit_ = radius;
  ball_.set_radius(
      std::min(radius, lead_ > 0 ? incumbent_.tree_radius(region_) : incumbent_.search_radius()));
}

void Worker::explore(Frontier& frontier, double radius, const Deadline& deadline) {
  deadline_ = deadline;
  try {
    for (;;) {
      if (open_.empty()) {
        auto node = frontier.take();
        if (!node) return;
        node->made = seen_;
        open_.push(std::move(*node));
      }
      if (frontier.hungry() && open_.size() > 1) frontier.give(open_.take_oldest());
      const Statistics before = statistics_;
      shrink_ball(radius);
      expand(*this, open_.pop(), open_);
      if (!frontier.report(statistics_.nodes - before.nodes, statistics_.effort - before.effort,
                           incumbent_.tree_radius(region_))) {
        return;
      }
    }
  } catch (...) {
    frontier.stop();
    throw;
  }
}

std::optional<Intervals> Worker::enter(Node& node) {
  auto bounds = problem_.within(*root_, node);
  if (!bounds) {
    problem_.claims().contradicted(problem_, *root_, node);
    ++statistics_.pruned_by_interval;
    return std::nullopt;
  }
  ++seen_;
  ++statistics_.nodes;
  const std::int64_t subtree = seen_ - node.made;
  const bool programs = bounder().slopes() == nullptr;
  if (subtree >= (programs ? parameters().large_subtree : parameters().slope_subtree)) {
    auto tighter = tightened(*bounds, programs && subtree >= parameters().huge_subtree);
    if (tighter) {
      node.note(changes_between(*bounds, *tighter));
    } else {
      ++statistics_.pruned_by_bound;
    }
    return tighter;
  }
  return bounds;
}

std::optional<Intervals> Worker::tightened(const Intervals& bounds, bool by_trees) {
  const Stopwatch watch;
  auto tighter =
      by_trees ? tighten_by_trees(problem_, ball_, {&pool_}, bounds, parameters().worker_expansions,
                                  deadline_, statistics_)
               : tighten_node(problem_, bounder(), ball_, pool_, bounds, deadline_, statistics_);
  statistics_.tightening_seconds += watch.seconds();
  return tighter;
}

NodeBound Worker::bound(const Node& node, const Intervals& bounds) {
  NodeBound bound = minimise(bounds, node.slopes.get(), ball_, -lead_);
  if (bound.exceeds(0) || !bound.exceeds(-lead_)) return bound;
  problem_.claims().proven(problem_, bounds, {.margin = true}, ball_, bound.proof);
  Ball nearer = ball_;  // where points of lead 0 count
  nearer.set_radius(nearer_radius());
  return minimise(bounds, bound.slopes.get(), nearer, 0);
}

NodeBound Worker::minimise(const Intervals& bounds, const Slopes* start, const Ball& ball,
                           double enough) {
  NodeBound bound = statistics_.count(
      bounder().minimise(bounds, {.start = start}, ball, pool_, enough, rounds(bounds), deadline_));
  if (bound.exceeds(0)) tell(bounds, ball, bound);
  return bound;
}

/// A leaf's program takes as long as a hundred steps.
int Worker::rounds(const Intervals& bounds) {
  if (bounder().slopes() == nullptr) return parameters().node_rounds;
  return bounds.settled() ? parameters().leaf_steps : parameters().slope_steps;
}

void Worker::tell(const Intervals& bounds, const Ball& ball, const NodeBound& bound) const {
  problem_.claims().proven(problem_, bounds, bound.cost, ball, bound.proof);
}

Verdict Worker::judge(Node& node, const Intervals& bounds, const NodeBound& bound) {
  if (bound.exceeds(0)) {
    ++statistics_.pruned_by_bound;
    return Verdict::closed;
  }
  node.slopes = bound.slopes;
  if (deadline_.expired() || try_points(bound)) return Verdict::again;
  return bounds.settled() ? close_leaf(node, bounds) : Verdict::open;
}

bool Worker::try_points(const NodeBound& bound) {
  if (offer(problem_.image_with(bound.maximiser))) return true;
  const Eigen::VectorXd change = change_of(bound, pool_, ball_);
  if (!bound.solution.empty() && offer(problem_.image_with(change))) return true;
  // Where gradients have been before (gradient_attack.h), a smaller ball has nothing nearer.
  const bool always = seen_ <= parameters().attack_always &&
                      !(problem_.is_large() && ball_.radius() < incumbent_.search_radius());
  if (!always && seen_ % parameters().attack_every != 0) return false;
  const auto point = attack(problem_, ball_, change, parameters().attack_leak,
                            parameters().rescue_steps, deadline_);
  return point && offer(*point);
}

bool Worker::offer(const Eigen::VectorXd& x) {
  const double slack = problem_.slack(x);
  if (slack < 0 || !worth_polishing(x, slack) || !incumbent_.offer(region_, x)) return false;
  polished_.clear();
  return true;
}

/// Where there are hundreds of neurons the program of a pattern takes as long as many nodes; so it
/// does in L0, where most points at hand change too many pixels: one polish a pattern is enough. In
/// large networks there are, between the radii of the nearest image and of the one with the lead,
/// points without it, whose patterns rarely hold nearer ones, and points that rounding takes for
/// better than they are.
bool Worker::worth_polishing(const Eigen::VectorXd& x, double slack) {
  const bool large = problem_.is_large();
  if (!large && ball_.norm() != Norm::l0) return true;
  if (large && slack < lead_ && !incumbent_.improves(x)) return false;
  return polished_.insert(std::hash<std::vector<bool>>()(problem_.pattern(x))).second;
}

std::array<Split, 2> Worker::divide(const Intervals& bounds, const NodeBound& bound) const {
  return phase_split(bounds, bound.states);
}

Verdict Worker::close_leaf(Node& node, const Intervals& bounds) {
  if (node.put_off == 0) ++statistics_.leaves;
  const Phases phases = problem_.phases(bounds);
  const std::int64_t most = parameters().leaf_programs << std::min(2 * node.put_off, 30);
  Doubtful doubtful;
  std::vector<Leaf> parts{close_leaf(phases, 0, most, doubtful.nearest)};
  if (lead_ > 0) parts.push_back(close_leaf(phases, lead_, most, doubtful.led));
  const auto any = [&](Leaf leaf) {
    return std::find(parts.begin(), parts.end(), leaf) != parts.end();
  };
  if (!any(Leaf::doubtful) && !any(Leaf::unfinished)) return Verdict::closed;
  if (deadline_.expired()) return Verdict::again;  // not doubtful, only not done
  if (any(Leaf::unfinished)) {
    node.made = seen_;  // what others took is no reason to bound its neurons
    return Verdict::later;
  }
  ++statistics_.doubtful;
  doubtful_.meet(doubtful);
  return Verdict::closed;
}

/// Nothing of the pattern with this lead is nearer than the incumbent with it; else `doubtful`
/// falls to the bound on such points.
Worker::Leaf Worker::close_leaf(const Phases& phases, double lead, std::int64_t most,
                                double& doubtful) {
  const auto solve = [&] {
    Ball ball = ball_;
    if (lead == 0) ball.set_radius(nearer_radius());
    const OutputRegion& region = lead > 0 ? led_region_ : region_;
    LeafResult leaf = solve_leaf(problem_, region, phases, ball, deadline_, most);
    const double infinity = std::numeric_limits<double>::infinity();
    problem_.claims().pattern(problem_, region, phases, ball, leaf.empty ? infinity : leaf.bound);
    statistics_.effort += leaf.programs * kProgramEffort;
    return leaf;
  };
  LeafResult leaf = solve();
  const auto is_beyond = [&] {
    shrink_ball(limit_);
    return leaf.bound > (lead == 0 ? nearer_radius() : ball_.radius());
  };
  while (!leaf.empty && leaf.point &&
         (incumbent_.offer(region_, *leaf.point) ||
          (lead == 0 && incumbent_.offer_touching(region_, *leaf.point)))) {
    leaf.empty = is_beyond();
    if (!leaf.empty) leaf = solve();
  }
  if (!leaf.empty) leaf.empty = is_beyond();  // another worker may have found as near an image
  if (leaf.empty) return Leaf::closed;
  if (leaf.unfinished) return Leaf::unfinished;
  doubtful = std::min(doubtful, leaf.bound);
  return Leaf::doubtful;
}

double Worker::open_bound(double radius, double bound, const Deadline& deadline) {
  ball_.set_radius(radius);
  open_.each([&](const Node& node) {
    if (deadline.expired()) bound = 0;
    if (bound == 0) return;
    const auto bounds = problem_.within(*root_, node);
    if (!bounds) return;
    const NodeBound margin =
        statistics_.count(bounder().minimise(*bounds, {.radius = true, .start = node.slopes.get()},
                                             ball_, pool_, 0.0, rounds(*bounds), deadline));
    tell(*bounds, ball_, margin);
    if (margin.exceeds(0)) return;
    bound = std::min(bound, beyond(ball_.norm(), excluded_radius(margin.proof, ball_)));
  });
  return bound;
}

}  // namespace brink::search
