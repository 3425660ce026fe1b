// Depth-first branch and bound on phases, bounded by the margin in the ball.
//
// A node is bounded by the largest margin that its relaxation reaches within the ball: below zero,
// nothing in it is nearer than the ball's radius. While the distance relaxation is still zero (the
// image itself satisfies it, in the whole upper tree) its multipliers say nothing; the margin's
// always do. Branching: the violated neuron with the largest multiplier of its triangle, the one
// whose relaxation the margin leans on most. When the incumbent improves, the ball shrinks in
// place; after a large improvement the root's bounds are tightened again. A node whose sibling took
// a large subtree has its own bounds tightened first.
#include "brink/search/tree.h"

#include <algorithm>
#include <cmath>

#include "brink/pattern/pattern.h"
#include "brink/search/attack.h"
#include "brink/search/leaf.h"

namespace brink::search {

namespace {

constexpr int kNodeRounds = 12;
constexpr double kRetighten = 0.95;          ///< when the radius fell below this share
constexpr std::int64_t kRestartAfter = 600;  ///< nodes; then four times as many, and so on
constexpr int kExpansions = 4;               ///< of the trees that tighten a neuron at a restart
/// Nodes below its sibling that make a node's own tightening worth its cost: 1,000 halve the time
/// of the hardest images, 50 to 200 double that of the others.
constexpr std::int64_t kLargeSubtree = 1000;
constexpr std::int64_t kAttackAlways = 50;  ///< nodes from whose point an attack starts; then
constexpr std::int64_t kAttackEvery = 8;    ///< every so many
constexpr int kAttackSteps = 4;
constexpr double kAttackLeak = 0.1;

}  // namespace

void Statistics::add(const Statistics& other) {
  nodes += other.nodes;
  iterations += other.iterations;
  points += other.points;
  pruned_by_bound += other.pruned_by_bound;
  pruned_by_interval += other.pruned_by_interval;
  leaves += other.leaves;
  doubtful += other.doubtful;
  heuristic_seconds += other.heuristic_seconds;
  tightening_seconds += other.tightening_seconds;
  tree_seconds += other.tree_seconds;
}

Tree::Tree(const Problem& problem, const OutputRegion& region, const Ball& ball,
           Incumbent& incumbent, Statistics& statistics)
    : problem_(problem),
      region_(region),
      ball_(ball),
      incumbent_(incumbent),
      statistics_(statistics),
      root_(box_bounds(problem)) {}

bool Tree::retighten(const Deadline& deadline) {
  const Stopwatch watch;
  const bool open = tighten(problem_, ball_, pool_, root_, deadline);
  tightened_radius_ = ball_.radius();
  statistics_.tightening_seconds += watch.seconds();
  return open;
}

bool Tree::tighten_big(Node& node, const Deadline& deadline) {
  const Stopwatch watch;
  const bool open = tighten_node(problem_, *relaxation_, ball_, pool_, node.phasing, deadline);
  statistics_.tightening_seconds += watch.seconds();
  return open;
}

bool Tree::restart(const Deadline& deadline) {
  const Stopwatch watch;
  const bool open = tighten_by_trees(problem_, ball_, pool_, root_, kExpansions, deadline);
  next_restart_ *= 4;
  statistics_.tightening_seconds += watch.seconds();
  statistics_.iterations += relaxation_->iterations();
  relaxation_ = std::make_unique<Relaxation>(problem_, root_);
  return open;
}

bool Tree::prepare(double radius, const Deadline& deadline) {
  limit_radius_ = radius;
  ball_.set_radius(std::min(radius, incumbent_.search_radius()));
  open_.clear();
  nodes_ = 0;
  next_restart_ = kRestartAfter;
  any_doubt_ = false;
  doubtful_bound_ = std::numeric_limits<double>::infinity();
  if (!retighten(deadline)) return false;
  relaxation_ = std::make_unique<Relaxation>(problem_, root_);
  open_.push_back({root_, 0});
  return true;
}

void Tree::shrink_ball() {
  const double radius = std::min(limit_radius_, incumbent_.search_radius());
  if (radius >= ball_.radius()) return;
  ball_.set_radius(radius);
}

bool Tree::try_candidate() {
  const auto offer = [this](const Eigen::VectorXd& change) {
    const Eigen::VectorXd x = problem_.image_with(change);
    return problem_.slack(x) >= 0 && incumbent_.offer(region_, x);
  };
  if (offer(relaxation_->candidate())) return true;
  const Eigen::VectorXd change = relaxation_->program_change(ball_, pool_);
  if (offer(change)) return true;
  if (nodes_ > kAttackAlways && nodes_ % kAttackEvery != 0) return false;
  const auto point = attack(problem_, ball_, change, kAttackLeak, kAttackSteps);
  return point && incumbent_.offer(region_, *point);
}

Tree::Verdict Tree::bound_node(Node& node, int rounds) {
  relaxation_->load(node.phasing);
  const NodeBound bound = relaxation_->minimise({}, ball_, pool_, 0.0, rounds);
  if (bound.infeasible || bound.value > 0) {
    ++statistics_.pruned_by_bound;
    return Verdict::pruned;
  }
  return try_candidate() ? Verdict::improved : Verdict::open;
}

void Tree::branch(Node& node) {
  const int id = relaxation_->branching_neuron(node.phasing);
  const auto i = static_cast<std::size_t>(id);
  const auto state = relaxation_->state(id);
  const bool leans_active = state.x / node.phasing.upper[i] >= -state.s / node.phasing.lower[i];
  const int next_layer = problem_.layer_of(id) + 1;
  for (const bool active : {!leans_active, leans_active}) {  // the second is explored first
    Node child{node.phasing, nodes_};
    (active ? child.phasing.lower[i] : child.phasing.upper[i]) = 0;
    if (!problem_.propagate(child.phasing, next_layer)) {
      ++statistics_.pruned_by_interval;
      continue;
    }
    open_.push_back(std::move(child));
  }
}

bool Tree::settled(const Phasing& phasing) const {
  for (int id = 0; id < problem_.neurons(); ++id) {
    if (phasing.unstable(id)) return false;
  }
  return true;
}

void Tree::close_leaf(const Node& node, const Deadline& deadline) {
  ++statistics_.leaves;
  Phases phases;
  for (int k = 1; k <= problem_.hidden_layers(); ++k) {
    std::vector<bool> layer;
    for (int j = 0; j < static_cast<int>(problem_.network().width(k)); ++j) {
      layer.push_back(node.phasing.upper[static_cast<std::size_t>(problem_.neuron(k, j))] > 0);
    }
    phases.push_back(std::move(layer));
  }
  LeafResult leaf = solve_leaf(problem_, region_, phases, ball_, deadline);
  while (!leaf.empty && leaf.point && incumbent_.offer(region_, *leaf.point)) {
    shrink_ball();
    leaf.empty = leaf.bound > ball_.radius();
    if (!leaf.empty) leaf = solve_leaf(problem_, region_, phases, ball_, deadline);
  }
  if (leaf.empty) return;
  if (deadline.expired()) {  // not doubtful, only not done: it is taken up again
    open_.push_back(node);
    return;
  }
  ++statistics_.doubtful;
  any_doubt_ = true;
  doubtful_bound_ = std::min(doubtful_bound_, leaf.bound);
}

bool Tree::take(Node& node) {
  ++nodes_;
  ++statistics_.nodes;
  node = std::move(open_.back());
  open_.pop_back();
  // The root may have been tightened since the node was made.
  bool possible = true;
  for (std::size_t i = 0; i < root_.lower.size() && possible; ++i) {
    node.phasing.lower[i] = std::max(node.phasing.lower[i], root_.lower[i]);
    node.phasing.upper[i] = std::min(node.phasing.upper[i], root_.upper[i]);
    possible = node.phasing.lower[i] <= node.phasing.upper[i];
  }
  if (!possible) ++statistics_.pruned_by_interval;
  return possible;
}

Outcome Tree::exclude(double radius, const Deadline& deadline) {
  if (!prepare(radius, deadline)) return Outcome::empty;
  return resume(deadline);
}

Outcome Tree::resume(const Deadline& deadline) {
  const Stopwatch watch;
  const double tightening_before = statistics_.tightening_seconds;
  const long iterations_before = relaxation_->iterations();
  const auto finish = [&](Outcome outcome) {
    statistics_.tree_seconds +=
        watch.seconds() - (statistics_.tightening_seconds - tightening_before);
    statistics_.iterations += relaxation_->iterations() - iterations_before;
    statistics_.points = static_cast<std::int64_t>(pool_.points.size());
    return outcome;
  };
  while (!open_.empty()) {
    if (deadline.expired()) return finish(Outcome::stopped);
    shrink_ball();
    if (ball_.radius() < kRetighten * tightened_radius_) {
      if (!retighten(deadline)) {
        open_.clear();
        break;
      }
      statistics_.iterations += relaxation_->iterations();
      relaxation_ = std::make_unique<Relaxation>(problem_, root_);
    }
    if (nodes_ == next_restart_ && !restart(deadline)) {
      open_.clear();
      break;
    }
    Node node;
    if (!take(node)) continue;
    if (nodes_ - node.made >= kLargeSubtree && !tighten_big(node, deadline)) {
      ++statistics_.pruned_by_bound;
      continue;
    }
    switch (bound_node(node, kNodeRounds)) {
      case Verdict::pruned:
        break;
      case Verdict::improved:
        open_.push_back(std::move(node));
        break;
      case Verdict::open:
        if (settled(node.phasing)) {
          close_leaf(node, deadline);
        } else {
          branch(node);
        }
        break;
    }
  }
  return finish(any_doubt_ ? Outcome::doubtful : Outcome::empty);
}

double Tree::excluded_bound() const {
  return beyond(ball_.radius());
}

double Tree::beyond(double radius) const {
  return ball_.norm() == Norm::l0 ? std::floor(radius + 1e-9) + 1 : radius;
}

double Tree::open_bound() {
  double bound = excluded_bound();
  for (Node& node : open_) {
    relaxation_->load(node.phasing);
    const NodeBound margin = relaxation_->minimise({}, ball_, pool_, 0.0, kNodeRounds);
    if (margin.infeasible || margin.value > 0) continue;
    bound = std::min(bound, beyond(relaxation_->excluded_radius(ball_)));
  }
  if (any_doubt_) bound = std::min(bound, doubtful_bound_);
  return std::max(0.0, bound);
}

}  // namespace brink::search
