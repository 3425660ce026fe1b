#include "brink/search/ball.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "brink/search/kernels.h"

namespace brink::search {

namespace {

struct Item {
  double worth;  // per unit of room
  double room;
};

/// Scratch space of one thread: support() is called thousands of times a second.
std::vector<Item>& scratch() {
  thread_local std::vector<Item> items;
  items.clear();
  return items;
}

/// The knapsack's threshold: the worth of the item that the budget splits; 0 when all fit. Buckets
/// by worth first, since few items are worth more than it.
double threshold(const std::vector<double>& worths, const std::vector<double>& rooms,
                 double greatest, double budget) {
  constexpr std::size_t kBuckets = 64;
  std::array<double, kBuckets> weights{};
  const double scale = (kBuckets - 1) / greatest;
  const auto bucket = [&](std::size_t j) {
    const double b = worths[j] * scale;  // tiny or infinite worths may leave no scale
    return b >= 0 && b < kBuckets ? static_cast<std::size_t>(b) : 0;
  };
  for (std::size_t j = 0; j < worths.size(); ++j) weights[bucket(j)] += rooms[j];
  std::size_t chosen = kBuckets;
  while (chosen > 0 && weights[chosen - 1] <= budget) budget -= weights[--chosen];
  if (chosen-- == 0) return 0;
  auto& items = scratch();
  for (std::size_t j = 0; j < worths.size(); ++j) {
    if (bucket(j) == chosen) items.push_back({worths[j], rooms[j]});
  }
  auto begin = items.begin();
  auto end = items.end();
  while (end - begin > 1) {  // quickselect on the weights
    const auto middle = begin + (end - begin) / 2;
    std::nth_element(begin, middle, end,
                     [](const Item& a, const Item& b) { return a.worth > b.worth; });
    double weight = 0;
    for (auto item = begin; item != middle; ++item) weight += item->room;
    if (weight > budget) {
      end = middle;
    } else {
      budget -= weight;
      begin = middle;
    }
  }
  return begin->worth;
}

}  // namespace

Ball::Ball(Norm norm, const Eigen::VectorXd& image, const Box& reach, double radius,
           int breakpoints, Eigen::VectorXd costs)
    : norm_(norm),
      lower_(reach.lower - image),
      upper_(reach.upper - image),
      breakpoints_(breakpoints),
      costs_(std::move(costs)) {
  lower_ = lower_.cwiseMin(0.0);
  upper_ = upper_.cwiseMax(0.0);
  set_radius(radius);
  if (breakpoints_ == 0) return;
  widths_ = upper_.cwiseMax(-lower_) / (breakpoints_ - 1);
  per_widths_ = (widths_.array() > 0).select(widths_.cwiseInverse(), 0.0);
}

void Ball::set_radius(double radius) {
  if (radius == radius_ && box_.least.size() > 0) return;
  radius_ = radius;
  if (norm_ != Norm::linf) return;
  box_.least = lower_.cwiseMax(-radius);
  box_.most = upper_.cwiseMin(radius);
  box_single_.least = box_.least.cast<float>();
  box_single_.most = box_.most.cast<float>();
}

double Ball::largest_radius() const {
  const Eigen::VectorXd room = upper_.cwiseMax(-lower_);
  switch (norm_) {
    case Norm::l0:
      return costs_.size() > 0 ? (room.array() > 0).select(costs_, 0.0).sum()
                               : static_cast<double>((room.array() > 0).count());
    case Norm::l1:
      return room.sum();
    case Norm::l2:
      return room.norm();
    case Norm::linf:
      return room.size() > 0 ? room.maxCoeff() : 0;
  }
  return 0;
}

double Ball::shrinking(double from, double to) const {
  // f~ is convex with f~(0) = 0: f~(a d) <= a f~(d), and the radius is its root.
  const double factor = to / from;
  return breakpoints_ > 0 ? factor * factor : factor;
}

double Ball::support_linf(const Eigen::VectorXd& c, Eigen::VectorXd* d) const {
  thread_local Eigen::VectorXd scratch;
  Eigen::VectorXd& moves = d != nullptr ? *d : scratch;
  moves.resize(c.size());
  return kernels::to_corner(static_cast<std::size_t>(c.size()), c.data(), box_.most.data(),
                            box_.least.data(), moves.data());
}

/// Items are moves of pixels: of a length |d_j| up to m_j, worth |c_j| of it (L1), or by a share of
/// m_j, which uses up as much of w_j (L0).
double Ball::support_knapsack(const Eigen::VectorXd& c, Eigen::VectorXd* d) const {
  thread_local std::vector<double> worths, rooms;
  const auto size = static_cast<std::size_t>(c.size());
  worths.resize(size);
  rooms.resize(size);
  double greatest = kernels::rooms_and_worths(size, c.data(), lower_.data(), upper_.data(),
                                              rooms.data(), worths.data());
  if (greatest == 0) return c.allFinite() ? 0 : std::numeric_limits<double>::quiet_NaN();
  double budget = radius_, free = 0;
  if (norm_ == Norm::l0) {
    budget = std::floor(radius_ + 1e-9);
    greatest = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const auto j = static_cast<Eigen::Index>(i);
      const double used = cost(j);
      if (used == 0) {
        free += worths[i] * rooms[i];
        if (d != nullptr) (*d)(j) = c(j) > 0 ? rooms[i] : -rooms[i];
        worths[i] = rooms[i] = 0;
        continue;
      }
      worths[i] *= rooms[i] / used;
      rooms[i] = used;
      greatest = std::max(greatest, worths[i]);
    }
    if (greatest == 0) return c.allFinite() ? free : std::numeric_limits<double>::quiet_NaN();
  }
  const double t =
      std::isinf(budget) ? 0 : threshold(worths, rooms, greatest, std::max(0.0, budget));
  double value = free + (t > 0 ? t * budget : 0);
  double left = budget;
  const auto take = [&](std::size_t i, double used) {
    if (d == nullptr) return;
    const auto j = static_cast<Eigen::Index>(i);
    const double move = norm_ == Norm::l0 ? room(j, c(j)) * (used / rooms[i]) : used;
    (*d)(j) = c(j) > 0 ? move : -move;
  };
  for (std::size_t i = 0; i < size; ++i) {
    if (worths[i] <= t) continue;
    value += rooms[i] * (worths[i] - t);
    left -= rooms[i];
    take(i, rooms[i]);
  }
  if (d == nullptr || t == 0) return value;
  for (std::size_t i = 0; i < size && left > 0; ++i) {  // the split item(s)
    if (worths[i] != t) continue;
    const double used = std::min(left, rooms[i]);
    take(i, used);
    left -= used;
  }
  return value;
}

double Ball::support_l2(const Eigen::VectorXd& c, Eigen::VectorXd* d) const {
  // Stationarity: d_j = min(|c_j| / t, m_j). Start with no pixel at its end; those beyond theirs
  // are clipped and t falls; the set only grows, so this ends.
  thread_local std::vector<double> worths, rooms, moves;
  const auto size = static_cast<std::size_t>(c.size());
  for (auto* each : {&worths, &rooms, &moves}) each->resize(size);
  kernels::rooms_and_worths(size, c.data(), lower_.data(), upper_.data(), rooms.data(),
                            worths.data());
  const double square = radius_ * radius_;
  double t = c.norm() / radius_;
  if (!(t > 0)) t = 0;
  for (int pass = 0; pass < 60 && t > 0; ++pass) {
    const kernels::Squares at = kernels::squares_at(size, worths.data(), rooms.data(), t);
    if (at.clipped >= square && at.open == 0) break;
    const double next = square > at.clipped ? std::sqrt(at.open / (square - at.clipped)) : t;
    if (at.open == 0) {
      t = 0;  // everything fits
      break;
    }
    if (next >= t * (1 - 1e-13)) break;
    t = next;
  }
  const double value = kernels::take_squares(size, worths.data(), rooms.data(), t, moves.data());
  for (std::size_t i = 0; i < size && d != nullptr; ++i) {
    const auto j = static_cast<Eigen::Index>(i);
    (*d)(j) = c(j) > 0 ? moves[i] : -moves[i];
  }
  return (t > 0 ? 0.5 * t * square : 0) + value;
}

Ball::Support Ball::support(const Eigen::VectorXd& c, Eigen::VectorXd* maximiser) const {
  if (maximiser != nullptr) maximiser->setZero(c.size());
  double value = 0;
  switch (norm_) {
    case Norm::l0:
    case Norm::l1:
      value = support_knapsack(c, maximiser);
      break;
    case Norm::l2:
      value = breakpoints_ > 0 ? support_segments(c, maximiser) : support_l2(c, maximiser);
      break;
    case Norm::linf:
      value = support_linf(c, maximiser);
      break;
  }
  // Each of the n terms has at most five roundings and is not negative; n more for the sum.
  const double unit = std::numeric_limits<double>::epsilon();
  const double terms = static_cast<double>(c.size()) * std::max(1, breakpoints_);
  return {value, unit * (terms + 8) * std::abs(value)};
}

double Ball::least(const float* c, float* minimiser) const {
  if (norm_ == Norm::linf) {
    return static_cast<double>(kernels::to_corner(static_cast<std::size_t>(size()), c,
                                                  box_single_.least.data(), box_single_.most.data(),
                                                  minimiser));
  }
  thread_local Eigen::VectorXd direction, farthest;
  direction = -Eigen::Map<const Eigen::VectorXf>(c, size()).cast<double>();
  const double value = support(direction, &farthest).value;
  Eigen::Map<Eigen::VectorXf>(minimiser, size()) = farthest.cast<float>();
  return -value;
}

}  // namespace brink::search
