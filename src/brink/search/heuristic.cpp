// Attacks in shrinking balls for a first image, then iterated local search.
//
// A round starts from a pattern (of a random corner of the ball, half way to one, of the incumbent
// with a kick, or the incumbent's with a few neurons flipped) and climbs through patterns
// (ascent.h) inside a ball smaller than the incumbent's radius; every find is climbed from again
// until its pattern's neighbours have nothing nearer. Where the optimum is far away (a "2" that
// must become a "7") the attacks' first find is often twice too far, and the search's tree grows
// with the ball.
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
constexpr std::int64_t kRoundEffort = 10;  ///< besides its programs
constexpr double kRebuild = 0.7;           ///< when the ball fell below this share of the ascent's

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

bool Heuristic::climb(const std::vector<bool>& start, double share, const Deadline& deadline) {
  Ball ball = ball_;
  if (!ascent_ || radius() < kRebuild * ascent_radius_) {
    ball.set_radius(radius());
    ascent_radius_ = radius();
    pool_ = {};
    ascent_ = std::make_unique<Ascent>(problem_, ball_bounds(problem_, ball), statistics_);
  }
  ball.set_radius(share * radius());
  statistics_.effort += kRoundEffort;
  if (ball.radius() < 1 && ball.norm() == Norm::l0) return false;
  const auto change = ascent_->climb(ball, pool_, start, kFlips, deadline);
  return change && incumbent_.offer(region_, problem_.image_with(*change));
}

std::vector<bool> Heuristic::random_start() {
  constexpr int kKinds = 4;
  const bool known = incumbent_.region() == &region_;
  const int kind = rounds_ % kKinds;
  if (kind == 3 && known) {
    std::vector<bool> active = problem_.pattern(incumbent_.image());
    for (int flip = 0; flip < 2 + rounds_ / kKinds % 5; ++flip) {
      const auto neuron = static_cast<std::size_t>(random_.index(problem_.neurons()));
      active[neuron] = !active[neuron];
    }
    return active;
  }
  Eigen::VectorXd change = random_change(radius());
  if (kind == 0) change *= 0.5;
  if (kind == 2 && known) change = 0.3 * change + incumbent_.image() - problem_.image();
  return problem_.pattern(problem_.image_with(change));
}

void Heuristic::climb_on(const Deadline& deadline) {
  while (!deadline.expired() && climb(problem_.pattern(incumbent_.image()), 0.99, deadline)) {
  }
}

bool Heuristic::round(const Deadline& deadline) {
  constexpr std::array kShares = {0.98, 0.995, 0.9};
  const double share = kShares[static_cast<std::size_t>(rounds_) % kShares.size()];
  const bool found = climb(random_start(), share, deadline);
  ++rounds_;
  if (found) climb_on(deadline);
  return found;
}

void Heuristic::open(int patience, const Deadline& deadline) {
  const Stopwatch watch;
  for (int start = 0; start < kAttackStarts; ++start) attack_from(start, deadline);
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
