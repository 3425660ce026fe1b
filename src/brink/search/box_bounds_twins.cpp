// Twins (twins.h) of networks side by side: the second's bounds follow from the first's and those
// of the difference where this is narrow, and a row that has both of a pair takes them by the lines
// of both at once.
#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/box_bounds.h"

namespace brink::search {

namespace {

/// D as an interval, its doubt included.
Range difference_of(const Intervals& bounds, int id, double doubt) {
  const auto at = static_cast<std::size_t>(id);
  if (doubt == 0) return {bounds.lower[at], bounds.upper[at]};
  return {std::nextafter(bounds.lower[at] - doubt, -std::numeric_limits<double>::infinity()),
          std::nextafter(bounds.upper[at] + doubt, std::numeric_limits<double>::infinity())};
}

void put(const Range& range, int id, Intervals& bounds) {
  bounds.lower[static_cast<std::size_t>(id)] = range.lower;
  bounds.upper[static_cast<std::size_t>(id)] = range.upper;
}

}  // namespace

bool BoxBounds::reconcile_twins(std::size_t k, Intervals& bounds) const {
  const Layer& of = layer(k);
  for (const Twins& pair : of.twins) {
    const int first = of.first + pair.first, second = of.first + pair.second;
    Range a = range_of(bounds, first), b = range_of(bounds, second);
    Range difference = difference_of(bounds, of.first + pair.difference, pair.doubt);
    if (!reconcile(a, b, difference)) return false;
    put(a, first, bounds);
    put(b, second, bounds);
    // The unit itself may be off by the doubt: then its bounds stay its own.
    if (pair.doubt == 0) put(difference, of.first + pair.difference, bounds);
  }
  return true;
}

void BoxBounds::relax_twins(std::size_t k, const Intervals& bounds) {
  const Layer& of = layer(k);
  LiveLayer& live = live_[k];
  live.twins.clear();
  const auto place = [&](int unit) {
    const auto part = static_cast<std::size_t>(of.part_of[static_cast<std::size_t>(unit)]);
    const std::vector<int>& among = live.parts[part].live;
    return Place{part, std::lower_bound(among.begin(), among.end(), unit) - among.begin()};
  };
  for (const Twins& pair : of.twins) {
    const int first = of.first + pair.first, second = of.first + pair.second;
    if (!bounds.unstable(first) || !bounds.unstable(second)) continue;
    const Range difference = difference_of(bounds, of.first + pair.difference, pair.doubt);
    live.twins.push_back(
        {place(pair.first), place(pair.second),
         TwinLines(range_of(bounds, first), range_of(bounds, second), difference)});
  }
}

/// The twins of a row that are better taken together: their factors, which the row loses. What they
/// add; the row's size grows.
double BoxBounds::take_twins(std::size_t k, Eigen::Index row, Forms& forms,
                             std::vector<Taken>& taken) const {
  taken.clear();
  double added = 0;
  for (const OpenTwins& pair : live_[k].twins) {
    RowMatrix& of_first = forms.a[pair.first.part];
    RowMatrix& of_second = forms.a[pair.second.part];
    if (of_first.cols() == 0 || of_second.cols() == 0) break;
    double& a = of_first(row, pair.first.at);
    double& b = of_second(row, pair.second.at);
    const auto line = pair.lines.above(a, b);
    if (!line) continue;
    a = b = 0;
    taken.push_back({pair.first, line->on_first});
    taken.push_back({pair.second, line->on_second});
    added += line->constant;
    forms.size(row) += line->size * (live_[k].parts[pair.first.part].size(pair.first.at) +
                                     live_[k].parts[pair.second.part].size(pair.second.at));
  }
  return added;
}

}  // namespace brink::search
