// Smaller balls, excluded on the side.
//
// A tree's open nodes say only "not excluded at the incumbent's radius". A stopped search owes a
// useful bound, so smaller balls, where relaxations are tight, are excluded by trees of their own:
// half of what is open, then nearer and nearer, each with a share of the effort spent so far. Where
// there is no bound even when the time is nearly up (networks whose neurons take seconds to bound)
// the ladder starts from a ball so small that its root alone proves it.
// Tried and dropped: no bound but open_bound() of the one tree (0, or next to it, on hard images).
#include "brink/search/ladder.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/claims.h"
#include "brink/search/parameters.h"

namespace brink::search {

Ladder::Ladder(const Problem& problem, const OutputRegion& region, const Ball& whole,
               Incumbent& incumbent, BallBounds& shared, Statistics& statistics, int threads,
               SpareThreads* spare)
    : problem_(problem),
      region_(region),
      whole_(whole),
      incumbent_(incumbent),
      shared_(shared),
      statistics_(statistics),
      threads_(threads),
      spare_(spare) {}

void Ladder::raise(double bound) {
  if (!(bound > bound_)) return;
  bound_ = bound;
  if (on_raise) on_raise();
}

double Ladder::search_radius() const {
  return std::min(incumbent_.search_radius(), whole_.radius());
}

void Ladder::climb(const Deadline& deadline, double part) {
  climb(deadline, parameters().ladder_share * part, parameters().rungs,
        std::numeric_limits<double>::infinity());
}

void Ladder::climb_at_last(const Deadline& deadline) {
  if (bound_ > 0) {
    climb(deadline);
    return;
  }
  start_from_root(deadline);
  if (bound_ > 0)
    climb(deadline, parameters().ladder_share, parameters().last_rungs, parameters().ladder_growth);
}

/// The root's relaxation, with nothing tightened, in larger and larger balls.
void Ladder::start_from_root(const Deadline& deadline) {
  const double end = search_radius();
  Ball ball = whole_;
  for (double radius = parameters().ladder_ball * end; radius > 0 && !deadline.expired();
       radius *= parameters().ladder_growth) {
    ball.set_radius(std::min(radius, end));
    PointPool pool;
    const Intervals bounds = ball_bounds(problem_, ball);
    const auto root = make_bounder(problem_, bounds);
    const NodeBound margin = statistics_.count(
        root->minimise(bounds, {}, ball, pool, 0.0, parameters().ladder_rounds, deadline));
    if (!margin.exceeds(0)) break;
    problem_.claims().proven(problem_, bounds, margin.cost, ball, margin.proof);
    raise(beyond(ball.norm(), ball.radius()));
    if (radius >= end) break;
  }
}

/// Each rung, with `share` of the effort so far, at half of what is open, nearer once a rung was
/// not reached; at most `growth` times as far as the one before.
void Ladder::climb(const Deadline& deadline, double share, int rungs, double growth) {
  double step = 0.5;
  for (int rung = 0; rung < rungs && !deadline.expired(); ++rung) {
    const double open = search_radius() - bound_;
    if (!(open > 0)) return;
    double radius = bound_ + step * open;
    if (bound_ > 0) radius = std::min(radius, growth * bound_);
    const auto due = static_cast<std::int64_t>(share * static_cast<double>(statistics_.effort));
    if (!exclude(radius, {deadline.within(0.5 * deadline.remaining()),
                          std::max(parameters().least_rung, due)})) {
      step = 0.5 * (radius - bound_) / open;
    }
  }
}

bool Ladder::exclude(double radius, const Budget& budget) {
  Tree tree(problem_, region_, whole_, incumbent_, shared_, statistics_, threads_, spare_);
  if (tree.exclude(radius, budget) != Outcome::empty) return false;
  raise(tree.excluded_bound());
  return true;
}

}  // namespace brink::search
