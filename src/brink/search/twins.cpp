// What a line gives away is estimated by its mean over a unit's range, D independent of it.
#include "brink/search/twins.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "brink/network/neurons.h"

namespace brink::search {

namespace {

/// Sums of two bounds, outward.
double least_sum(double a, double b) {
  return a + b - 2 * std::numeric_limits<double>::epsilon() * (std::abs(a) + std::abs(b));
}
double most_sum(double a, double b) {
  return -least_sum(-a, -b);
}

/// Units that read each other, by number.
class Groups {
 public:
  explicit Groups(int count) : parent_(static_cast<std::size_t>(count)) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }
  int of(int unit) {
    while (parent_[static_cast<std::size_t>(unit)] != unit) {
      int& parent = parent_[static_cast<std::size_t>(unit)];
      parent = parent_[static_cast<std::size_t>(parent)];
      unit = parent;
    }
    return unit;
  }
  void join(int a, int b) { parent_[static_cast<std::size_t>(of(a))] = of(b); }

 private:
  std::vector<int> parent_;
};

}  // namespace

std::vector<std::vector<int>> parts_of(const Network& network, const std::vector<Twins>& twins) {
  const Neurons neurons(network);
  std::vector<std::vector<int>> parts;
  for (int k = 1; k < network.depth(); ++k) {
    parts.emplace_back(static_cast<std::size_t>(network.width(k)), 0);
  }
  if (twins.empty()) return parts;
  for (const Twins& pair : twins) {
    parts[static_cast<std::size_t>(pair.k - 1)][static_cast<std::size_t>(pair.difference)] = -1;
  }
  Groups groups(neurons.hidden());
  for (int k = 2; k < network.depth(); ++k) {
    for (int j = 0; j < static_cast<int>(network.width(k)); ++j) {
      if (parts[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)] < 0) continue;
      network.layer(k).weights.each_in_row(j, [&](Eigen::Index i, double weight) {
        if (weight == 0) return;
        groups.join(neurons.number(k, j), neurons.number(k - 1, static_cast<int>(i)));
      });
    }
  }
  std::set<int> first, second;
  for (const Twins& pair : twins) {
    first.insert(groups.of(neurons.number(pair.k, pair.first)));
    second.insert(groups.of(neurons.number(pair.k, pair.second)));
  }
  const bool apart =
      std::none_of(first.begin(), first.end(), [&](int group) { return second.count(group) > 0; });
  for (int k = 1; apart && k < network.depth(); ++k) {
    for (int j = 0; j < static_cast<int>(network.width(k)); ++j) {
      int& part = parts[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)];
      const int group = groups.of(neurons.number(k, j));
      if (part == 0 && first.count(group) == 0) part = second.count(group) > 0 ? 1 : 2;
    }
  }
  return parts;
}

bool reconcile(Range& first, Range& second, Range& difference) {
  first.lower = std::max(first.lower, least_sum(second.lower, difference.lower));
  first.upper = std::min(first.upper, most_sum(second.upper, difference.upper));
  second.lower = std::max(second.lower, least_sum(first.lower, -difference.upper));
  second.upper = std::min(second.upper, most_sum(first.upper, -difference.lower));
  difference.lower = std::max(difference.lower, least_sum(first.lower, -second.upper));
  difference.upper = std::min(difference.upper, most_sum(first.upper, -second.lower));
  return first.lower <= first.upper && second.lower <= second.upper &&
         difference.lower <= difference.upper;
}

TwinLines::Lines TwinLines::of_unit(const Range& y) {
  const double width = y.upper - y.lower;
  Lines lines;
  lines.above = y.upper / width;
  lines.constant = std::max(-lines.above * y.lower, (1 - lines.above) * y.upper);
  lines.below = y.upper > -y.lower ? 1 : 0;
  lines.above_gap = -y.lower * y.upper / (2 * width);
  const double off = std::min(y.upper, -y.lower);
  lines.below_gap = off * off / (2 * width);
  return lines;
}

TwinLines::Lines TwinLines::of_difference(const Range& difference, double active_share) {
  const double lower = difference.lower, upper = difference.upper;
  Lines lines;  // of max(0, D) from above, of min(0, D) from below
  if (lower >= 0) {
    lines.below = 0;
  } else if (upper <= 0) {
    lines.above = 0;
  } else {
    lines.above = upper / (upper - lower);
    lines.constant = std::max(-lines.above * lower, (1 - lines.above) * upper);
    lines.below = -lower / (upper - lower);
    lines.under = std::max((lines.below - 1) * lower, lines.below * upper);
  }
  const double middle = 0.5 * (lower + upper);
  lines.above_gap = std::max(0.0, lines.above * middle + lines.constant - active_share * middle);
  lines.below_gap = std::max(0.0, active_share * middle - lines.below * middle + lines.under);
  return lines;
}

TwinLines::TwinLines(const Range& first, const Range& second, const Range& difference)
    : first_(of_unit(first)),
      second_(of_unit(second)),
      difference_(of_difference(difference, 0.5 * (first_.above + second_.above))) {}

std::optional<TwinLines::Line> TwinLines::above(double a, double b) const {
  if (!(a * b < 0)) return std::nullopt;
  const bool on_first = std::abs(a) >= std::abs(b);
  const Lines& kept = on_first ? first_ : second_;
  const double sum = a + b, d = on_first ? -b : a;
  if (first_.gap(a) + second_.gap(b) <= kept.gap(sum) + difference_.gap(d)) return std::nullopt;
  const double from_kept = sum * (sum > 0 ? kept.above : kept.below);
  const double from_d = d * (d > 0 ? difference_.above : difference_.below);
  Line line;
  line.on_first = (on_first ? from_kept : 0) + from_d;
  line.on_second = (on_first ? 0 : from_kept) - from_d;
  line.constant = (sum > 0 ? sum * kept.constant : 0) +
                  (d > 0 ? d * difference_.constant : -d * difference_.under);
  line.size = std::abs(a) + std::abs(b);
  return line;
}

}  // namespace brink::search
