// A node's bound by backward substitution alone: no program, a few passes through the network.
#pragma once

#include <optional>

#include "brink/search/bounder.h"
#include "brink/search/slope_tightening.h"

namespace brink::search {

class Substitution final : public Bounder {
 public:
  explicit Substitution(const Problem& problem) : problem_(&problem) {}

  /// At most `rounds` steps of its slopes. Nothing is
  /// believed but what prove() makes of the multipliers; `states` are the neurons on their lines at
  /// the ball's maximiser.
  NodeBound minimise(const Intervals& node, const Objective& objective, const Ball& ball,
                     PointPool& pool, double enough, int rounds, const Deadline& deadline) override;
  SlopeMemory* slopes() override { return &memory_; }
  std::size_t bytes() const override { return 0; }

 private:
  const Problem* problem_;
  SlopeMemory memory_;
};

}  // namespace brink::search
