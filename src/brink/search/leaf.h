// A node whose phases are all settled: the network is affine there and the question is exact.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "brink/base/deadline.h"
#include "brink/pattern/pattern.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"

namespace brink::search {

struct LeafResult {
  bool empty = false;  ///< proven: no point of the pattern in the ball
  double bound = 0;    ///< otherwise: proven lower bound on the distance of the pattern's points
  std::optional<Eigen::VectorXd> point;  ///< a near-optimal point of the pattern, not checked
  std::int64_t programs = 1;             ///< linear programs solved
  bool unfinished = false;               ///< more of these than were allowed would tell
};

/// Distance problem of the pattern: an LP (L1), LPs within a growing radius (Linf), a projection
/// (L2), LPs of some segments a pixel (linearised L2), a small branch and bound over pixels (L0,
/// pixel_search.h; of `most` programs at most).
LeafResult solve_leaf(const Problem& problem, const OutputRegion& region, const Phases& phases,
                      const Ball& ball, const Deadline& deadline,
                      std::int64_t most = std::numeric_limits<std::int64_t>::max());

struct PatternExtreme {
  double bound = 0;       ///< proven; minus infinity: the pattern has no point in the box
  Eigen::VectorXd point;  ///< where it is (nearly) attained; empty if that was not found
};

/// Largest value, over the reach, of the one row's c y^K on the pattern.
PatternExtreme pattern_extreme(const Problem& problem, const OutputRegion& row,
                               const Phases& phases, const Deadline& deadline);

}  // namespace brink::search
