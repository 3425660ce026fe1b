// The search engine's answer to the closest question: heuristics, tree, ladder.
#pragma once

#include <functional>
#include <limits>

#include "brink/base/deadline.h"
#include "brink/search/tree.h"

namespace brink::search {

struct ClosestOptions {
  /// Where the question leaves the lead open: at least this.
  double least_lead = 0;
  double gap = 0;  ///< relative; 0: the norm's optimality tolerance
  /// What is farther is not looked for; with it a bound ends there, and `nothing` is not said.
  double within = std::numeric_limits<double>::infinity();
  std::uint64_t seed = 0;
  int threads = 1;  ///< for this one search; with one (and none lent), it repeats itself exactly
  SpareThreads* spare = nullptr;  ///< more threads, while it lends them
  ClaimLog* claims = nullptr;     ///< is told all that is believed, in the search's units
  /// Called on each change of incumbent or bound: (distance or infinity, bound, seconds).
  std::function<void(double, double, double)> on_change;
  /// Every second or so.
  std::function<void(const Beat&)> on_beat;
};

struct ClosestResult {
  bool finished = false;  ///< everything within the search radii is excluded
  bool ended = false;     ///< nothing was left to do; if not finished, rounding left leaves open
  bool nothing = false;   ///< proven: no image of the question, ties included
  double bound = 0;       ///< proven: no image of the question, ties included, is nearer
  Lead lead;              ///< that `image` has
  double lead_bound = 0;  ///< proven: no image with the lead is nearer; infinity: there is none
  double distance = 0;    ///< infinity if no image was found
  Eigen::VectorXd image;  ///< checked by fools() with the lead; empty if none
  const OutputRegion* region = nullptr;
  Statistics statistics;
};

/// `regions` of a checked question; the network has a hidden layer.
ClosestResult search_closest(const Network& network, const ClosestQuestion& question,
                             const std::vector<OutputRegion>& regions, const Eigen::VectorXd& image,
                             const Deadline& deadline, const ClosestOptions& options);

}  // namespace brink::search
