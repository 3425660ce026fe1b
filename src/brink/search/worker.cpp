// A node is bounded by the largest margin that its relaxation reaches within the ball: below zero,
// nothing in it is nearer than the ball's radius. While the distance relaxation is still zero (the
// image itself satisfies it, in the whole upper tree) its multipliers say nothing; the margin's
// always do. Branching: the violated neuron with the largest multiplier of its triangle, the one
// whose relaxation the margin leans on most. When the incumbent improves, the ball shrinks in
// place. A node whose sibling took a large subtree has its own bounds tightened first, and by small
// trees if that was a huge one.
#include "brink/search/worker.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/pattern/pattern.h"
#include "brink/search/attack.h"
#include "brink/search/branching.h"
#include "brink/search/leaf.h"

namespace brink::search {

namespace {

constexpr int kNodeRounds = 12;
/// Nodes below its sibling that make a node's own tightening worth its cost: it halves the time of
/// the hardest images; after 50 to 200 nodes it doubles that of the others.
constexpr std::int64_t kLargeSubtree = 2000;
/// The same by small trees: it saves the hardest images a third of their iterations.
constexpr std::int64_t kHugeSubtree = 16000;
constexpr int kWorkerExpansions = 12;       ///< of these trees
constexpr std::int64_t kAttackAlways = 50;  ///< nodes from whose point an attack starts; then
constexpr std::int64_t kAttackEvery = 8;    ///< every so many
constexpr int kRescueSteps = 4;
constexpr double kAttackLeak = 0.1;
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
  relaxation_.reset();
}

Relaxation& Worker::relaxation() {
  if (!relaxation_) relaxation_ = std::make_unique<Relaxation>(problem_, *root_);
  return *relaxation_;
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
  try {
    for (;;) {
      if (open_.empty()) {
        auto node = frontier.take();
        if (!node) return;
        node->made = seen_;
        open_.push_back(std::move(*node));
      }
      if (frontier.hungry() && open_.size() > 1) {
        frontier.give(std::move(open_.front()));
        open_.erase(open_.begin());
      }
      Node node = std::move(open_.back());
      open_.pop_back();
      const std::int64_t before = statistics_.effort;
      shrink_ball(radius);
      explore(std::move(node), deadline);
      if (!frontier.report(statistics_.effort - before, incumbent_.tree_radius(region_))) return;
    }
  } catch (...) {
    frontier.stop();
    throw;
  }
}

void Worker::explore(Node node, const Deadline& deadline) {
  ++seen_;
  ++statistics_.nodes;
  if (!node.phasing.meet(*root_)) {  // the root may have been tightened since
    ++statistics_.pruned_by_interval;
    return;
  }
  if (seen_ - node.made >= kLargeSubtree && !tighten(node, deadline)) {
    ++statistics_.pruned_by_bound;
    return;
  }
  switch (bound_node(node, deadline)) {
    case Verdict::pruned:
      ++statistics_.pruned_by_bound;
      break;
    case Verdict::again:
      open_.push_back(std::move(node));
      break;
    case Verdict::open:
      close_leaf(node, deadline);
      break;
    case Verdict::branched:
      break;
  }
}

bool Worker::tighten(Node& node, const Deadline& deadline) {
  const Stopwatch watch;
  const bool open =
      seen_ - node.made < kHugeSubtree
          ? tighten_node(problem_, relaxation(), ball_, pool_, node.phasing, deadline, statistics_)
          : tighten_by_trees(problem_, ball_, {&pool_}, node.phasing, kWorkerExpansions, deadline,
                             statistics_);
  statistics_.tightening_seconds += watch.seconds();
  return open;
}

Worker::Verdict Worker::bound_node(const Node& node, const Deadline& deadline) {
  NodeBound bound = minimise(node, ball_, -lead_, deadline);
  if (bound.exceeds(0)) return Verdict::pruned;
  if (bound.exceeds(-lead_)) {
    Ball nearer = ball_;
    nearer.set_radius(nearer_radius());
    bound = minimise(node, nearer, 0, deadline);
    if (bound.exceeds(0))
      return Verdict::pruned;  // no point of lead 0 is nearer than the incumbent
  }
  if (deadline.expired() || try_points(bound, deadline)) return Verdict::again;
  if (node.phasing.settled()) return Verdict::open;
  branch(node, bound);
  return Verdict::branched;
}

NodeBound Worker::minimise(const Node& node, const Ball& ball, double enough,
                           const Deadline& deadline) {
  return statistics_.count(
      relaxation().minimise(node.phasing, {}, ball, pool_, enough, kNodeRounds, deadline));
}

bool Worker::try_points(const NodeBound& bound, const Deadline& deadline) {
  const auto offer = [this](const Eigen::VectorXd& change) {
    const Eigen::VectorXd x = problem_.image_with(change);
    return problem_.slack(x) >= 0 && incumbent_.offer(region_, x);
  };
  if (offer(bound.maximiser)) return true;
  const Eigen::VectorXd change = pool_.change(bound.solution, ball_);
  if (offer(change)) return true;
  if (seen_ > kAttackAlways && seen_ % kAttackEvery != 0) return false;
  const auto point = attack(problem_, ball_, change, kAttackLeak, kRescueSteps, deadline);
  return point && incumbent_.offer(region_, *point);
}

void Worker::branch(const Node& node, const NodeBound& bound) {
  const int id = branching_neuron(node.phasing, bound.states);
  const bool likely = leans_active(node.phasing, bound.states, id);
  for (const bool active : {!likely, likely}) {  // the second is explored first
    auto child = problem_.child(node.phasing, id, active);
    if (child) {
      open_.push_back({std::move(*child), seen_});
    } else {
      ++statistics_.pruned_by_interval;
    }
  }
}

void Worker::close_leaf(const Node& node, const Deadline& deadline) {
  ++statistics_.leaves;
  const Phases phases = problem_.phases(node.phasing);
  Doubtful doubtful;
  bool closed = close_leaf(phases, 0, doubtful.nearest, deadline);
  if (lead_ > 0) closed = close_leaf(phases, lead_, doubtful.led, deadline) && closed;
  if (closed) return;
  if (deadline.expired()) {  // not doubtful, only not done: it is taken up again
    open_.push_back(node);
    return;
  }
  ++statistics_.doubtful;
  doubtful_.meet(doubtful);
}

/// Nothing of the pattern with this lead is nearer than the incumbent with it; else `doubtful`
/// falls to the bound on such points.
bool Worker::close_leaf(const Phases& phases, double lead, double& doubtful,
                        const Deadline& deadline) {
  const auto solve = [&] {
    Ball ball = ball_;
    if (lead == 0) ball.set_radius(nearer_radius());
    LeafResult leaf =
        solve_leaf(problem_, lead > 0 ? led_region_ : region_, phases, ball, deadline);
    statistics_.effort += leaf.programs * kProgramEffort;
    return leaf;
  };
  LeafResult leaf = solve();
  while (!leaf.empty && leaf.point &&
         (incumbent_.offer(region_, *leaf.point) ||
          (lead == 0 && incumbent_.offer_touching(region_, *leaf.point)))) {
    shrink_ball(limit_);
    leaf.empty = leaf.bound > (lead == 0 ? nearer_radius() : ball_.radius());
    if (!leaf.empty) leaf = solve();
  }
  if (!leaf.empty) doubtful = std::min(doubtful, leaf.bound);
  return leaf.empty;
}

double Worker::open_bound(double radius, double bound, const Deadline& deadline) {
  ball_.set_radius(radius);
  for (const Node& node : open_) {
    if (deadline.expired()) return 0;
    const NodeBound margin = statistics_.count(relaxation().minimise(
        node.phasing, {.radius = true}, ball_, pool_, 0.0, kNodeRounds, deadline));
    if (margin.exceeds(0)) continue;
    bound = std::min(bound, beyond(ball_.norm(), excluded_radius(margin.proof, ball_)));
  }
  return bound;
}

}  // namespace brink::search
