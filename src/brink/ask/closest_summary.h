// What the answers to one question, asked of many images, come to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "brink/ask/closest_batch.h"

namespace brink {

/// What a set of answers comes to. Means are over the images that were searched; an error counts as
/// an image that was, without result.
struct ClosestSummary {
  int searched = 0;
  int solved = 0;     ///< optimal, infeasible or within the gap asked for
  int timed_out = 0;  ///< stopped by the limit
  int undecided = 0;  ///< by rounding
  int wrong = 0;      ///< misclassified: not searched
  int errors = 0;     ///< of those searched
  /// Mean, 1 where no image is known; infeasible ones, which have none, are left out. Empty: none
  /// is left.
  std::optional<double> gap;
  double nodes = 0;
  double seconds = 0;    ///< mean
  double longest = 0;    ///< seconds
  double median = 0;     ///< seconds
  int found = 0;         ///< images with a distance
  double distance = 0;   ///< mean over those
  double deviation = 0;  ///< standard deviation over those
  double bound_gap = 0;  ///< mean of linearised over true distance, minus 1
};
ClosestSummary summarise(const std::vector<ClosestRow>& rows);
/// The same in one line: solved %, mean gap %, mean nodes, seconds, mean distance.
std::string one_line(const ClosestSummary& summary);

}  // namespace brink
