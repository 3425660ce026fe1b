#include "brink/search/incumbent.h"
#include "brink/search/parameters.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "brink/pattern/polish.h"
#include "brink/pattern/touching_point.h"

namespace brink::search {

namespace {

/// Share of the answer's tolerance that the search radius uses; the rest is for rounding.
constexpr double kShare = 0.9;
/// Multiples of a change that are tried for a first image with the lead.
constexpr std::array kStretches = {1.003, 1.01, 1.03, 1.1, 1.3, 2.0};

}  // namespace

Incumbent::Incumbent(const Network& network, const ClosestQuestion& question,
                     const Eigen::VectorXd& image, double gap, const Deadline& deadline)
    : network_(network), question_(question), image_(image), gap_(gap), deadline_(deadline) {}

void Incumbent::set_lead(const Lead& lead) {
  lead_ = lead;
  if (leads() && region() != nullptr) offer(*region(), image());
}

double Incumbent::radius_for(double distance) const {
  const double by_gap = gap_ * distance;
  if (question_.norm == Norm::l0) {  // the bound is the next whole number
    return std::max(0.0, distance - 1 - std::floor(by_gap));
  }
  return distance - kShare * std::max(optimality_slack(question_, distance), by_gap);
}

bool Incumbent::improves(const Eigen::VectorXd& x) const {
  return measured_distance(question_, image_, x) < distance();
}

Eigen::VectorXd Incumbent::image() const {
  const std::lock_guard lock(mutex_);
  return nearest_.image;
}

const OutputRegion* Incumbent::region() const {
  const std::lock_guard lock(mutex_);
  return nearest_.region;
}

Eigen::VectorXd Incumbent::led_image() const {
  const std::lock_guard lock(mutex_);
  return leads() ? led_.image : nearest_.image;
}

const OutputRegion* Incumbent::led_region() const {
  const std::lock_guard lock(mutex_);
  return leads() ? led_.region : nearest_.region;
}

bool Incumbent::keep(Best& best, const OutputRegion& region, const Eigen::VectorXd& x) {
  const double reached = measured_distance(question_, image_, x);
  const std::lock_guard lock(mutex_);
  if (!(reached < best.distance.load())) return false;
  best.image = x;
  best.region = &region;
  best.distance.store(reached);
  best.radius.store(radius_for(reached));
  if (on_improvement) on_improvement();
  return true;
}

bool Incumbent::offer(Best& best, const Lead& lead, const OutputRegion& region,
                      const std::optional<Eigen::VectorXd>& polished,
                      const Eigen::VectorXd& point) {
  const double before = best.distance.load();
  if (polished && keep(best, region, *polished)) return true;
  // A pattern thinner than rounding: the point itself may do.
  return fools(question_, network_, region, image_, point, lead) &&
         measured_distance(question_, image_, point) < before && keep(best, region, point);
}

bool Incumbent::offer(const OutputRegion& region, const Eigen::VectorXd& point) {
  const Stopwatch watch;
  std::vector<Lead> leads{Lead{}};
  if (lead(region) > 0) leads.push_back(lead_);
  const auto polished =
      polish(network_, question_, region, image_, phases_at(network_, point), point,
             deadline_.within(parameters().polish_share * deadline_.remaining()), leads);
  ++patterns_;
  pattern_seconds_ += watch.seconds();
  bool better = offer(nearest_, leads.front(), region, polished.front(), point);
  if (leads.size() > 1) {
    better = offer(led_, lead_, region, polished.back(), point) || better;
    if (std::isinf(led_distance()) && this->region() == &region) stretch(region, image());
    // An image with the lead has lead 0 too; in L0 polishing with the lead may have met fewer
    // pixels.
    if (led_distance() < distance()) better = keep(nearest_, *led_region(), led_image()) || better;
  }
  return better;
}

void Incumbent::stretch(const OutputRegion& region, const Eigen::VectorXd& found) {
  const Box box = reach(question_, image_);
  for (const double share : kStretches) {
    const Eigen::VectorXd x =
        (image_ + share * (found - image_)).cwiseMax(box.lower).cwiseMin(box.upper);
    if (!fools(question_, network_, region, image_, x, lead_)) continue;
    keep(led_, region, x);
    return;
  }
}

bool Incumbent::offer_touching(const OutputRegion& region, const Eigen::VectorXd& point) {
  const Stopwatch watch;
  const auto found = touching_point(point, reach(question_, image_), [&](const auto& x) {
    return measured_distance(question_, image_, x) <= search_radius() &&
           fools(question_, network_, region, image_, x);
  });
  pattern_seconds_ += watch.seconds();
  return found && keep(nearest_, region, *found);
}

}  // namespace brink::search
