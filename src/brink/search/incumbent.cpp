#include "brink/search/incumbent.h"

#include <algorithm>
#include <cmath>

#include "brink/pattern/polish.h"
#include "brink/pattern/touching_point.h"

namespace brink::search {

namespace {

/// Share of the answer's tolerance that the search radius uses; the rest is for rounding.
constexpr double kShare = 0.9;
/// Of the time left, that polishing a find may take.
constexpr double kPolishShare = 0.1;

}  // namespace

Incumbent::Incumbent(const Network& network, const ClosestQuestion& question,
                     const Eigen::VectorXd& image, double gap, const Deadline& deadline)
    : network_(network),
      question_(question),
      image_(image),
      gap_(gap),
      deadline_(deadline),
      distance_(std::numeric_limits<double>::infinity()),
      radius_(std::numeric_limits<double>::infinity()) {}

double Incumbent::radius_for(double distance) const {
  const double by_gap = gap_ * distance;
  if (question_.norm == Norm::l0) {  // the bound is the next whole number
    return std::max(0.0, distance - 1 - std::floor(by_gap));
  }
  return distance - kShare * std::max(optimality_slack(question_, distance), by_gap);
}

Eigen::VectorXd Incumbent::image() const {
  const std::lock_guard lock(mutex_);
  return best_;
}

const OutputRegion* Incumbent::region() const {
  const std::lock_guard lock(mutex_);
  return best_region_;
}

bool Incumbent::keep(const OutputRegion& region, const Eigen::VectorXd& x) {
  const double reached = measured_distance(question_, image_, x);
  const std::lock_guard lock(mutex_);
  if (!(reached < distance_.load())) return false;
  best_ = x;
  best_region_ = &region;
  distance_.store(reached);
  radius_.store(radius_for(reached));
  if (on_improvement) on_improvement(reached);
  return true;
}

bool Incumbent::offer(const OutputRegion& region, const Eigen::VectorXd& point) {
  const double before = distance();
  const Stopwatch watch;
  const auto polished = polish(network_, question_, region, image_, phases_at(network_, point),
                               point, deadline_.within(kPolishShare * deadline_.remaining()));
  ++patterns_;
  pattern_seconds_ += watch.seconds();
  if (polished && keep(region, *polished)) return true;
  // A pattern thinner than rounding: the point itself may do.
  if (fools(question_, network_, region, image_, point) &&
      measured_distance(question_, image_, point) < before) {
    return keep(region, point);
  }
  return false;
}

bool Incumbent::offer_touching(const OutputRegion& region, const Eigen::VectorXd& point) {
  const Stopwatch watch;
  const auto found = touching_point(point, reach(question_, image_), [&](const auto& x) {
    return measured_distance(question_, image_, x) <= search_radius() &&
           fools(question_, network_, region, image_, x);
  });
  pattern_seconds_ += watch.seconds();
  return found && keep(region, *found);
}

}  // namespace brink::search
