#include "brink/ask/closest_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace brink {

namespace {

bool final(AnswerStatus status) {
  return status == AnswerStatus::optimal || status == AnswerStatus::gap ||
         status == AnswerStatus::infeasible;
}

}  // namespace

ClosestSummary summarise(const std::vector<ClosestRow>& rows) {
  ClosestSummary s;
  std::vector<double> seconds, distances;
  double gaps = 0;
  int with_gap = 0;
  int linearised = 0;
  for (const ClosestRow& row : rows) {
    const ClosestAnswer& a = row.answer;
    if (a.status == AnswerStatus::misclassified) ++s.wrong;
    if (a.status == AnswerStatus::misclassified) continue;
    ++s.searched;
    s.errors += a.status == AnswerStatus::error ? 1 : 0;
    s.solved += final(a.status) ? 1 : 0;
    s.timed_out += a.status == AnswerStatus::time_limit ? 1 : 0;
    s.undecided += a.status == AnswerStatus::undecided ? 1 : 0;
    if (a.status != AnswerStatus::infeasible) {
      ++with_gap;
      gaps += a.gap().value_or(1);
    }
    s.nodes += static_cast<double>(a.nodes);
    seconds.push_back(a.seconds);
    if (!a.distance) continue;
    distances.push_back(*a.distance);
    if (a.linearised && *a.distance > 0) {
      ++linearised;
      s.bound_gap += *a.linearised / *a.distance - 1;
    }
  }
  const double n = std::max(1, s.searched);
  if (with_gap > 0) s.gap = gaps / with_gap;
  s.nodes /= n;
  for (const double t : seconds) s.seconds += t / n;
  std::sort(seconds.begin(), seconds.end());
  if (!seconds.empty()) {
    s.longest = seconds.back();
    s.median = (seconds[(seconds.size() - 1) / 2] + seconds[seconds.size() / 2]) / 2;
  }
  s.found = static_cast<int>(distances.size());
  for (const double d : distances) s.distance += d / s.found;
  for (const double d : distances) s.deviation += (d - s.distance) * (d - s.distance);
  s.deviation = s.found > 1 ? std::sqrt(s.deviation / (s.found - 1)) : 0;
  if (linearised > 0) s.bound_gap /= linearised;
  return s;
}

std::string one_line(const ClosestSummary& s) {
  // No request is of no images, but a shard of one may be.
  if (s.searched + s.wrong == 0) return "no image falls to this shard";
  return fmt::format(
      "{} images: solved {:.1f} %, mean gap {}, mean nodes {:.1f}, seconds mean {:.2f} max "
      "{:.2f}, mean distance {}{}{}{}",
      s.searched, 100.0 * s.solved / std::max(1, s.searched),
      s.gap ? fmt::format("{:.2f} %", 100 * *s.gap) : "none", s.nodes, s.seconds, s.longest,
      s.found > 0 ? fmt::format("{:.6g}", s.distance) : "none",
      s.undecided > 0 ? fmt::format("; {} undecided by rounding", s.undecided) : "",
      s.wrong > 0 ? fmt::format("; {} misclassified", s.wrong) : "",
      s.errors > 0 ? fmt::format("; {} errors", s.errors) : "");
}

}  // namespace brink
