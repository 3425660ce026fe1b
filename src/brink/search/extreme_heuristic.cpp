// Frank-Wolfe from points that the tree meets, and local search between its slices: from the best
// input a kick towards a corner of the box, in a random direction of the first layer's values, now
// and then all the way; from there uphill through adjacent patterns (ascent.h), and on from each
// find.
//
// Tried and dropped (PERFORMANCE.md): corners alone, which find little; kicks alone, which stay
// where the first ascent led on some small networks; kicks that add to the best input instead of
// leading away from it; kicks up to 80 % of the way; finds asked to be better by more: no better.
#include "brink/search/extreme_heuristic.h"

#include <algorithm>
#include <cmath>

#include "brink/search/ascent.h"
#include "brink/search/attack.h"
#include "brink/search/parameters.h"

namespace brink::search {

namespace {

constexpr int kPassesAnAscentStep = 6;  ///< through the network
constexpr double kAscentGain = 1e-6;    ///< of max(1, |value|): what a find must be better by
constexpr double kClimbGain = 1e-4;     ///< the same, of a climb's
constexpr std::int64_t kExtremeRoundEffort = 10;  ///< besides its programs, so that rounds end

}  // namespace

ExtremeHeuristic::ExtremeHeuristic(const Problem& problem, const Ball& ball)
    : problem_(problem), ball_(ball) {
  offer(problem.image());
}

double ExtremeHeuristic::better_by(double gain) const {
  return value_ + gain * std::max(1.0, std::abs(value_));
}

bool ExtremeHeuristic::offer(const Eigen::VectorXd& x) {
  const double value = problem_.slack(x);
  if (point_.size() > 0 && !(value > value_)) return false;  // nor what is not a number
  value_ = value;
  point_ = x;
  return true;
}

void ExtremeHeuristic::ascend(const Eigen::VectorXd& start, const Deadline& deadline) {
  Eigen::VectorXd change = start;
  for (int ascent = 0; ascent < parameters().ascents; ++ascent) {
    const auto found = attack(problem_, ball_, change, parameters().ascent_leak,
                              parameters().ascent_steps, deadline, better_by(kAscentGain));
    if (!found) return;
    change = *found - problem_.image();
    if (!offer(problem_.image_with(change))) return;
  }
}

void ExtremeHeuristic::search(const Intervals& root, std::int64_t effort, const Deadline& deadline,
                              Statistics& statistics) {
  std::optional<Ascent> ascent;
  if (program_fits(problem_, root)) ascent.emplace(problem_, root, statistics);
  PointPool pool;
  const auto climb = [&](const Eigen::VectorXd& x) {
    if (!ascent) {
      const double before = value_;
      statistics.effort +=
          problem_.effort_of_passes(parameters().ascent_steps * kPassesAnAscentStep);
      ascend(x - problem_.image(), deadline);
      return value_ > before;
    }
    pool.add(problem_, x - problem_.image(), ball_);
    const auto change = ascent->climb(ball_, pool, problem_.pattern(x), parameters().extreme_flips,
                                      deadline, better_by(kClimbGain));
    return change && offer(problem_.image_with(*change));
  };
  const std::int64_t end = statistics.effort + effort;
  Eigen::VectorXd x = point_, direction, corner, normals(problem_.first_width());
  while (statistics.effort < end && !deadline.expired()) {
    statistics.effort += kExtremeRoundEffort;
    while (climb(x) && !deadline.expired()) x = point_;
    for (double& normal : normals) normal = random_.normal();
    problem_.first_direction(normals, direction);
    ball_.support(direction, &corner);
    const bool afresh = random_.index(parameters().extreme_afresh) == 0;
    const double kick = afresh ? 1
                               : random_.uniform(parameters().extreme_least_kick,
                                                 parameters().extreme_largest_kick);
    x = problem_.image_with((1 - kick) * (point_ - problem_.image()) + kick * corner);
  }
}

}  // namespace brink::search
