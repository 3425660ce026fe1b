// One region of a closest question, handed to a MIP solver.
#pragma once

#include "brink/ask/closest.h"

namespace brink {

/// A solver's claim is proven up to this share of it: a fifth of what counts as optimal.
inline constexpr double kClaimSlack = 2e-7;

/// What a region's solve taught, in the norm's own unit.
struct RegionResult {
  SolveStatus status = SolveStatus::failed;  ///< infeasible: no point, or none below the cutoff
  double bound = 0;             ///< measured distances in the region are not below, says the solver
  Eigen::VectorXd image;        ///< checked (fools() holds); empty if none
  double distance = kInfinity;  ///< measured_distance of `image`
  std::int64_t nodes = 0;
  std::string detail;
};

/// Everything a region's solve needs, gathered so that calls stay readable. Network, bounds and
/// question in units near 1 (question_units.h).
struct RegionTask {
  const Network& network;
  const Bounds& bounds;
  const ClosestQuestion& question;
  const OutputRegion& region;
  const Eigen::VectorXd& image;
  const MipOptions& options;
  const MipSolver& solver;
  double cutoff = kInfinity;  ///< a distance already reached elsewhere
  bool float32 = false;       ///< images must survive it (network/float32.h)
  Deadline deadline = {};     ///< points are not polished beyond it
};

/// L0, L1, Linf, linearised L2: one MIP, its point polished on its pattern.
RegionResult solve_region(const RegionTask& task, const Deadline& deadline);

/// True L2: a MIP with tangents of d^2, refined where its points lie, until bound and distance
/// meet.
RegionResult solve_region_euclidean(const RegionTask& task, const Deadline& deadline);

}  // namespace brink
