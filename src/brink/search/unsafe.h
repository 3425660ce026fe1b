// Is there an input of a box whose outputs meet some linear conditions? The question of properties,
// boxes of any kind and several of them at once.
#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "brink/base/box.h"
#include "brink/base/deadline.h"
#include "brink/search/statistics.h"
#include "brink/search/twins.h"

namespace brink::search {

class ClaimLog;

/// x in the box, every row of the region met.
struct UnsafeSet {
  int box = 0;  ///< of UnsafeQuestion::boxes
  OutputRegion region;
};

struct UnsafeQuestion {
  std::vector<Box> boxes;
  std::vector<UnsafeSet> sets;  ///< any one of them
  std::vector<Twins> twins;     ///< of the network's units, if any; used where boxes are divided
};

struct UnsafeOptions {
  std::uint64_t seed = 0;
  int threads = 1;
  ClaimLog* claims = nullptr;
  /// Is x, of this set but for rounding, what is sought? It ends the search then. Called from any
  /// thread, but by one at a time.
  std::function<bool(int set, const Eigen::VectorXd& x)> accept;
};

enum class UnsafeOutcome {
  none,     ///< proven: no set has a point
  found,    ///< accept() took one
  stopped,  ///< the deadline came first
  doubtful  ///< all but what rounding left open
};

struct UnsafeResult {
  UnsafeOutcome outcome = UnsafeOutcome::stopped;
  /// Of a search that left something open: proven, no point of any set's box has all the set's rows
  /// exceed their right sides by more. Infinity: not known.
  double excess = std::numeric_limits<double>::infinity();
  Statistics statistics;
};

/// Are boxes divided, or phases?
bool divides_boxes(const Network& network, const std::vector<Box>& boxes);

/// The network has a hidden layer. Where few inputs vary boxes are divided, else phases.
UnsafeResult search_unsafe(const Network& network, const UnsafeQuestion& question,
                           const Deadline& deadline, const UnsafeOptions& options);

}  // namespace brink::search
