// Where a root takes a second there is no time for a ladder each, and the answer's bound is the
// least of all: a rung is a radius that every region has to exclude. The first is half way to the
// nearest image, later ones begin where the last climb was refused, with more effort; after a
// proven rung the next step is longer, after a refused one half as long.
//
// Where nodes do not exclude a region, the neurons of all are bounded by small trees
// (slope_trees.h), larger ones each time, as long as these cost no more than the regions' nodes
// may. Once a rung needed them the next has them after a few nodes: without them most are hopeless.
//
// The effort grows exponentially with the ball, so what rungs have taken, all included, tells what
// the whole search would take: if it is more than there is time for, smaller balls are the better
// use of it.
// Tried and dropped: bisection between bound and nearest image, each rung with a twentieth of the
// effort so far (256x4: refused at once what a thousand nodes prove); the whole search's effort
// from that of the last rung proven and of the next refused (what it was refused with says little).
#include "brink/search/joint_ladder.h"

#include <algorithm>
#include <cmath>

#include "brink/search/parameters.h"

namespace brink::search {

double JointLadder::bound() const {
  double bound = std::numeric_limits<double>::infinity();
  for (const Ladder& ladder : ladders_) bound = std::min(bound, ladder.bound());
  return bound;
}

bool JointLadder::exclude(double radius, const Budget& budget) {
  for (std::size_t i = 0; i < ladders_.size(); ++i) {
    const std::size_t r = (hardest_ + i) % ladders_.size();
    if (ladders_[r].bound() > radius || exclude(ladders_[r], radius, budget)) continue;
    refused_ = radius;
    hardest_ = r;
    return false;
  }
  proven_.push_back({radius, static_cast<double>(statistics_.effort)});
  return true;
}

/// A few nodes; then, in turns, bounds by small trees, which all regions share, and more nodes.
bool JointLadder::exclude(Ladder& ladder, double radius, const Budget& budget) {
  const auto open = std::count_if(ladders_.begin(), ladders_.end(),
                                  [&](const Ladder& other) { return other.bound() <= radius; });
  Ball ball = whole_;
  ball.set_radius(radius);
  for (std::int64_t nodes = parameters().side_after; !budget.deadline.expired();
       nodes *= parameters().side_growth) {
    const std::int64_t trees = bounds_.deepening_effort();
    const bool shallow = bounds_.shallow(ball);
    const bool last = trees > open * budget.effort || (!shallow && nodes >= budget.effort);
    if (last && shallow) return false;
    if (!shallow) nodes = std::max(nodes, trees / 2);
    const std::int64_t most = shallow ? trees / parameters().side_nodes : nodes;
    const std::int64_t effort = last ? budget.effort : std::min(most, budget.effort);
    if (ladder.exclude(radius, {budget.deadline, effort})) return true;
    if (last) return false;
    bounds_.deepen(problem_, ball, threads_, budget.deadline, statistics_);
  }
  return false;
}

void JointLadder::climb(const Deadline& deadline, std::int64_t effort) {
  const double first = bound();
  double end = ladders_.front().search_radius();
  double step = refused_ > first ? refused_ - first : parameters().joint_step * (end - first);
  while (!deadline.expired()) {
    end = ladders_.front().search_radius();
    const double from = bound();
    const double least = ladders_.front().least_step(end);
    if (!(end - from > least)) return;
    step = std::min(step, 0.5 * (end - from));
    if (exclude(from + step, {deadline, effort})) {
      step *= parameters().joint_growth;
    } else {
      step *= 0.5;
      if (step < least) return;
    }
  }
}

double JointLadder::expected_effort() const {
  if (proven_.size() < 2) return std::numeric_limits<double>::infinity();
  const Rung& last = proven_.back();
  auto half = std::find_if(proven_.rbegin(), proven_.rend(),
                           [&](const Rung& rung) { return 2 * rung.effort < last.effort; });
  if (half == proven_.rend()) --half;
  const auto spent = static_cast<double>(statistics_.effort);
  const double growth = std::log(spent / half->effort) / (last.radius - half->radius);
  return spent * std::expm1(growth * (ladders_.front().search_radius() - last.radius));
}

}  // namespace brink::search
