// Attacks in shrinking balls for a first image, then iterated local search.
//
// A round starts from the pattern of the incumbent after a kick and climbs through patterns
// (ascent.h) inside a ball a little smaller than the incumbent's radius; every find is climbed from
// again until its pattern's neighbours have nothing nearer. A kick moves towards a corner of the
// ball in a random direction of the first layer's values, where the network sees it; every other
// one moves the incumbent back towards the image first, to leave room for it. Where the optimum is
// far away (a "2" that must become a "7") the attacks' first find is often twice too far, and the
// search's tree grows with the ball.
//
// Tried and dropped (PERFORMANCE.md): kicks in random directions of the pixels, which the first
// layer averages away; random corners, which see nothing of the incumbent; flips of random neurons;
// gradients of single neurons; much smaller balls, which few climbs reach.
#include "brink/search/heuristic.h"

#include <array>
#include <cmath>

#include "brink/search/attack.h"
#include "brink/search/parameters.h"
#include "brink/search/tightening.h"

namespace brink::search {

namespace {

constexpr int kPassesAStep = 6;            ///< through the network
constexpr std::int64_t kRoundEffort = 10;  ///< besides its programs

}  // namespace

Heuristic::Heuristic(const Problem& problem, const OutputRegion& region, const Ball& ball,
                     Incumbent& incumbent, std::uint64_t seed)
    : problem_(problem), region_(region), ball_(ball), incumbent_(incumbent), random_(seed) {}

Eigen::VectorXd Heuristic::corner(double radius, const Eigen::VectorXd& direction) const {
  Ball ball = ball_;
  ball.set_radius(radius);
  Eigen::VectorXd farthest;
  ball.support(direction, &farthest);
  return farthest;
}

Eigen::VectorXd Heuristic::random_normals(Eigen::Index size) {
  Eigen::VectorXd values(size);
  for (double& value : values) value = random_.normal();
  return values;
}

void Heuristic::attack_from(int start, const Deadline& deadline) {
  constexpr std::array kLeaks = {0.3, 0.1, 0.6};
  const bool none = std::isinf(incumbent_.distance());
  // Without an image: grow from small balls, for a nearer first find and iterates that stay sparse.
  double reach = none ? ball_.radius() / 256 : radius();
  Ball ball = ball_;
  for (int attempt = 0; attempt < 12 && !deadline.expired(); ++attempt) {
    ball.set_radius(std::min(reach, ball_.radius()));
    Eigen::VectorXd from = Eigen::VectorXd::Zero(problem_.image().size());
    if (start > 0) from = 0.5 * corner(ball.radius(), random_normals(from.size()));
    const auto leak = kLeaks[static_cast<std::size_t>(start) % kLeaks.size()];
    const auto point = attack(problem_, ball, from, leak, parameters().attack_steps, deadline);
    if (point && incumbent_.offer(region_, *point)) {
      reach = 0.97 * radius();
    } else if (std::isinf(incumbent_.distance())) {
      if (reach >= ball_.radius()) return;
      reach *= 2;
    } else {
      return;
    }
  }
}

bool Heuristic::climb(const std::vector<bool>& start, double share, const Deadline& deadline) {
  Ball ball = ball_;
  if (!can_climb()) return false;
  ball.set_radius(share * radius());
  statistics_.effort += kRoundEffort;
  if (ball.radius() < 1 && ball.norm() == Norm::l0) return false;
  const auto change = ascent_->climb(ball, pool_, start, parameters().flips, deadline);
  return change && incumbent_.offer(region_, problem_.image_with(*change));
}

/// With a program of the ball; if that fits.
bool Heuristic::can_climb() {
  const bool near = ascent_radius_ > 0 && radius() >= parameters().rebuild * ascent_radius_;
  if (near && ascent_) return true;
  if (near && !fits_) return false;
  Ball ball = ball_;
  ball.set_radius(near ? ascent_radius_ : radius());
  if (!near) pool_ = {};
  ascent_radius_ = ball.radius();
  ascent_.reset();
  Intervals root = ball_bounds(problem_, ball);
  fits_ = programs_pay(problem_, root);
  if (!fits_) return false;
  ascent_ = std::make_unique<Ascent>(problem_, std::move(root), statistics_);
  return true;
}

std::vector<bool> Heuristic::random_start() {
  Eigen::VectorXd direction;
  problem_.first_direction(random_normals(problem_.network().layer(1).bias.size()), direction);
  Eigen::VectorXd change = corner(radius(), direction);
  if (incumbent_.region() == &region_) {
    const double kept = rounds_ % 2 == 0 ? 1 : random_.uniform(parameters().least_kept, 1);
    change = random_.uniform(parameters().least_kick, parameters().largest_kick) * change +
             kept * (incumbent_.image() - problem_.image());
  } else {
    change *= random_.uniform(parameters().least_start, 1);
  }
  return problem_.pattern(problem_.image_with(change));
}

void Heuristic::climb_on(const Deadline& deadline) {
  while (!deadline.expired() && climb(problem_.pattern(incumbent_.image()), 0.99, deadline)) {
  }
}

bool Heuristic::round(const Deadline& deadline) {
  if (!can_climb()) {
    const double before = radius();
    attack_from(1 + rounds_++, deadline);
    statistics_.effort += problem_.effort_of_passes(parameters().attack_steps * kPassesAStep);
    return radius() < before;
  }
  const bool found = climb(random_start(), parameters().closer, deadline);
  ++rounds_;
  if (found) climb_on(deadline);
  return found;
}

void Heuristic::open(int patience, const Deadline& deadline) {
  const Stopwatch watch;
  for (int start = 0; start < parameters().attack_starts; ++start) attack_from(start, deadline);
  if (incumbent_.region() == &region_) climb_on(deadline);
  for (int failures = 0; failures < patience && !deadline.expired();) {
    failures = round(deadline) ? 0 : failures + 1;
  }
  statistics_.heuristic_seconds += watch.seconds();
}

void Heuristic::go_on(const Budget& budget) {
  const Stopwatch watch;
  const std::int64_t start = statistics_.effort;
  while (!budget.deadline.expired() && statistics_.effort - start < budget.effort) {
    round(budget.deadline);
  }
  statistics_.heuristic_seconds += watch.seconds();
}

}  // namespace brink::search
