// The root's bounds, and bursts of work on the nodes below it.
//
// The root is tightened over the ball before the first burst, and again after a large improvement
// of the incumbent. A search that turns out long starts anew from tighter bounds: after a
// thousand nodes each open neuron of the root is bounded by a small tree of its own, and again, by
// larger ones, each time the nodes have grown fourfold. Open nodes meet the new root when they are
// taken up.
#include "brink/search/tree.h"
#include "brink/search/parameters.h"

#include <algorithm>
#include <limits>

#include "brink/base/parallel.h"

namespace brink::search {

Tree::Tree(const Problem& problem, const OutputRegion& region, const Ball& ball,
           Incumbent& incumbent, BallBounds& shared, Statistics& statistics, int threads,
           SpareThreads* spare, double lead)
    : problem_(problem),
      region_(region),
      ball_(ball),
      incumbent_(incumbent),
      shared_(shared),
      statistics_(statistics),
      threads_(threads),
      spare_(spare),
      lead_(lead) {
  employ(threads);
}

/// So many workers from now on; what others leave open waits in the frontier.
void Tree::employ(int count) {
  while (workers_.size() > static_cast<std::size_t>(count)) {
    for (Node& node : workers_.back()->take_nodes()) frontier_.give(std::move(node));
    doubtful_.meet(workers_.back()->doubtful());
    workers_.pop_back();
  }
  while (workers_.size() < static_cast<std::size_t>(count)) {
    workers_.push_back(std::make_unique<Worker>(problem_, region_, ball_, incumbent_, lead_));
    if (started_) workers_.back()->renew(root_);
  }
}

double Tree::most_radius() const {
  return lead_ > 0 ? incumbent_.tree_radius(region_) : incumbent_.search_radius();
}

void Tree::shrink_ball() {
  ball_.set_radius(std::min(limit_radius_, most_radius()));
}

std::size_t Tree::open_nodes() const {
  std::size_t count = frontier_.nodes().size();
  for (const auto& worker : workers_) count += worker->open_nodes();
  return count;
}

void Tree::clear() {
  frontier_.nodes().clear();
  for (const auto& worker : workers_) worker->clear();
  doubtful_ = {};
}

/// The root tightened; if it is proven empty, nothing is left to do.
void Tree::renew_root(std::optional<Intervals> tighter, const Stopwatch& watch) {
  empty_ = !tighter;
  if (tighter) {
    root_ = std::move(*tighter);
    for (const auto& worker : workers_) worker->renew(root_);
  }
  statistics_.tightening_seconds += watch.seconds();
}

void Tree::retighten(const Deadline& deadline) {
  const Stopwatch watch;
  renew_root(
      tighten(problem_, ball_, workers_.front()->pool(), root_, shared_, deadline, statistics_),
      watch);
  tightened_radius_ = ball_.radius();
  statistics_.unstable_neurons =
      std::max<std::int64_t>(statistics_.unstable_neurons, root_.unstable_count());
}

void Tree::restart(const Deadline& deadline) {
  const Stopwatch watch;
  std::vector<PointPool*> pools;
  for (const auto& worker : workers_) pools.push_back(&worker->pool());
  renew_root(tighten_by_trees(problem_, ball_, pools, root_, expansions_, deadline, statistics_),
             watch);
  next_restart_ *= parameters().restart_growth;
  expansions_ *= parameters().expansions_growth;
}

void Tree::burst(const Budget& budget) {
  const Stopwatch watch;
  const double tightening_before = statistics_.tightening_seconds;
  const int threads = static_cast<int>(workers_.size());
  const bool restarts = programs_pay(problem_, root_);
  frontier_.begin(threads, budget,
                  restarts ? next_restart_ : std::numeric_limits<std::int64_t>::max(),
                  parameters().retighten * tightened_radius_);
  parallel_for(threads, threads, [&](int i) {
    workers_[static_cast<std::size_t>(i)]->explore(frontier_, limit_radius_, budget.deadline);
  });
  for (const auto& worker : workers_) statistics_.add(worker->take_statistics());
  statistics_.tree_seconds +=
      watch.seconds() - (statistics_.tightening_seconds - tightening_before);
}

Outcome Tree::exclude(double radius, const Budget& budget) {
  if (budget.deadline.expired()) return Outcome::stopped;
  // What the root knows of a smaller ball is of no use in a larger one.
  if (!started_ || radius > limit_radius_) root_ = box_bounds(problem_);
  limit_radius_ = radius;
  started_ = true;
  shrink_ball();
  clear();
  frontier_.forget_seen();
  next_restart_ = parameters().restart_after;
  expansions_ = parameters().expansions;
  retighten(budget.deadline);
  if (empty_) return Outcome::empty;
  workers_.front()->push({});
  return resume(budget);
}

Outcome Tree::resume(const Budget& budget) {
  const std::int64_t start = statistics_.effort;
  while (open()) {
    const std::int64_t used = statistics_.effort - start;
    if (budget.deadline.expired() || used >= budget.effort) return Outcome::stopped;
    const SpareThreads::Loan loan(spare_);
    employ(threads_ + loan.threads());
    shrink_ball();
    if (ball_.radius() < parameters().retighten * tightened_radius_) retighten(budget.deadline);
    if (!empty_ && frontier_.nodes_seen() >= next_restart_ && programs_pay(problem_, root_)) {
      restart(budget.deadline);
    }
    if (empty_) {
      clear();
    } else {
      burst({budget.deadline, budget.effort - used});
    }
  }
  shrink_ball();
  return doubtful().any() ? Outcome::doubtful : Outcome::empty;
}

Doubtful Tree::doubtful() const {
  Doubtful all = doubtful_;
  for (const auto& worker : workers_) all.meet(worker->doubtful());
  return all;
}

double Tree::excluded_bound() const {
  const double radius = std::min(ball_.radius(), incumbent_.search_radius());
  return std::min(beyond(ball_.norm(), radius), doubtful().nearest);
}

double Tree::led_bound() const {
  return std::min(beyond(ball_.norm(), ball_.radius()), doubtful().led);
}

double Tree::open_bound(const Deadline& deadline) {
  if (!started_) return 0;
  shrink_ball();
  for (Node& node : frontier_.nodes()) workers_.front()->push(std::move(node));
  frontier_.nodes().clear();
  double bound = excluded_bound();
  for (const auto& worker : workers_) bound = worker->open_bound(ball_.radius(), bound, deadline);
  return std::max(0.0, bound);
}

}  // namespace brink::search
