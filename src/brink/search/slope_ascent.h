// Multipliers by backward substitution whose slopes climb: no program, a few passes through the
// network a step, many objectives and nodes at once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/search/lagrangian.h"
#include "brink/search/live_layers.h"

namespace brink::search {

/// Where an ascent begins, and what it has come to.
struct Slopes {
  Eigen::VectorXf lines;  ///< a in [0, 1] of the lower lines x >= a y of open phases
  /// Multipliers >= 0 of y >= L or y <= U of settled ones; -1: its phase was open, so that where it
  /// is settled the multiplier follows from its line.
  Eigen::VectorXf phases;
  Eigen::VectorXf rows;  ///< rho >= 0
  Planes planes;         ///< where they lie; the weights do not matter
};

class SlopeAscent {
 public:
  struct Item {
    const Intervals* node = nullptr;
    Cost cost;
    double enough = 0;              ///< a larger bound is of no use
    const Slopes* start = nullptr;  ///< null: the lines of plain backward substitution
  };
  struct Result {
    Multipliers multipliers;  ///< the best met
    double value = 0;         ///< their bound, in single precision: prove() says what to believe
    Slopes slopes;
    Eigen::VectorXd maximiser;  ///< farthest change of the ball in the best proof's direction
    Eigen::VectorXd y, x;       ///< of the neurons there, on the lines of the relaxation
    Eigen::VectorXd price;      ///< >= 0: what the bound gives up by a neuron's open phase, at most
    double given_up = 0;        ///< by all open phases together at that point
  };
  struct Run {
    std::vector<Result> results;
    std::int64_t effort = 0;  ///< Statistics::effort, the proofs of all results included
  };

  /// It refers to all of these; `live`: of earlier runs on the problem, whose part of the network
  /// is used again where it holds what a run needs.
  SlopeAscent(const Problem& problem, const Ball& ball, std::optional<LiveLayers>& live)
      : problem_(problem), ball_(ball), live_(live) {}

  /// At most so many steps, fewer once every bound is enough or the deadline has come. `rows`: the
  /// rows of the problem may have multipliers where a neuron is bounded, too.
  Run run(const std::vector<Item>& items, int steps, bool rows, const Deadline& deadline) const;

 private:
  const Problem& problem_;
  const Ball& ball_;
  std::optional<LiveLayers>& live_;
};

}  // namespace brink::search
