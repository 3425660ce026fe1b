// Attacks in shrinking balls for a first image, then iterated local search.
//
// A round starts somewhere (a random corner of the ball, half way to one, or the incumbent with a
// kick) and climbs through patterns (ascent.h) inside a ball smaller than the incumbent's radius;
// every find is climbed from again until its pattern's neighbours have nothing nearer. Where the
// optimum is far away (a "2" that must become a "7") the attacks' first find is often twice too
// far, and the search's tree grows with the ball.
#include "brink/search/heuristic.h"

#include <array>
#include <cmath>

#include "brink/search/attack.h"
#include "brink/search/tightening.h"

namespace brink::search {

namespace {

constexpr int kAttackStarts = 6;
constexpr int kAttackSteps = 12;
constexpr int kFlips = 100;
constexpr double kRebuild = 0.7;  ///< when the ball fell below this share of the ascent's

}  // namespace

Heuristic::Heuristic(const Problem& problem, const OutputRegion& region, const Ball& ball,
                     Incumbent& incumbent, std::uint64_t seed)
    : problem_(problem), region_(region), ball_(ball), incumbent_(incumbent), random_(seed) {}

Eigen::VectorXd Heuristic::random_change(double radius) {
  Eigen::VectorXd direction(problem_.image().size()), corner;
  for (double& value : direction) value = random_.normal();
  Ball ball = ball_;
  ball.set_radius(radius);
  ball.support(direction, &corner);
  return corner;
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
    if (start > 0) from = 0.5 * random_change(ball.radius());
    const auto leak = kLeaks[static_cast<std::size_t>(start) % kLeaks.size()];
    const auto point = attack(problem_, ball, from, leak, kAttackSteps);
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

bool Heuristic::climb(const Eigen::VectorXd& start, double share) {
  Ball ball = ball_;
  if (!ascent_ || radius() < kRebuild * ascent_radius_) {
    ball.set_radius(radius());
    ascent_radius_ = radius();
    pool_ = {};
    ascent_ = std::make_unique<Ascent>(problem_, ball_bounds(problem_, ball));
  }
  ball.set_radius(share * radius());
  if (ball.radius() < 1 && ball.norm() == Norm::l0) return false;
  const auto change = ascent_->climb(ball, pool_, start, kFlips);
  return change && incumbent_.offer(region_, problem_.image() + *change);
}

bool Heuristic::round(const Deadline& deadline) {
  constexpr std::array kShares = {0.98, 0.995, 0.9};
  const bool known = incumbent_.region() == &region_;
  const double share = kShares[static_cast<std::size_t>(rounds_) % kShares.size()];
  Eigen::VectorXd start;
  switch (rounds_++ % 3) {
    case 0:
      start = 0.5 * random_change(radius());
      break;
    case 1:
      start = random_change(radius());
      break;
    default:
      start = 0.3 * random_change(radius());
      if (known) start += incumbent_.image() - problem_.image();
  }
  start = start.cwiseMax(problem_.reach().lower - problem_.image())
              .cwiseMin(problem_.reach().upper - problem_.image());
  if (!climb(start, share)) return false;
  while (!deadline.expired() && climb(incumbent_.image() - problem_.image(), 0.99)) {
  }
  return true;
}

void Heuristic::open(int patience, const Deadline& deadline) {
  for (int start = 0; start < kAttackStarts; ++start) attack_from(start, deadline);
  if (incumbent_.region() == &region_) {
    while (!deadline.expired() && climb(incumbent_.image() - problem_.image(), 0.99)) {
    }
  }
  for (int failures = 0; failures < patience && !deadline.expired();) {
    failures = round(deadline) ? 0 : failures + 1;
  }
}

void Heuristic::go_on(const Deadline& deadline) {
  while (!deadline.expired()) round(deadline);
}

}  // namespace brink::search
