// A node's bound by backward substitution alone: no program, a few passes through the network.
#pragma once

#include "brink/search/bounder.h"
#include "brink/search/slope_tightening.h"

namespace brink::search {

class Substitution final : public Bounder {
 public:
  explicit Substitution(const Problem& problem) : problem_(&problem) {}

  /// At most `rounds` steps of its slopes, and more where branching would not help. Nothing is
  /// believed but what prove() makes of the multipliers; `states` are the neurons on their lines at
  /// the ball's maximiser.
  NodeBound minimise(const Intervals& node, const Objective& objective, const Ball& ball,
                     PointPool& pool, double enough, int rounds, const Deadline& deadline) override;
  SlopeMemory* slopes() override { return &memory_; }
  std::size_t bytes() const override { return 0; }

 private:
  struct Climbed {
    NodeBound bound;
    double given_up = 0;  ///< by the open phases
    double rounded = 0;   ///< the bound in single precision
  };
  Climbed climb(const SlopeAscent::Item& item, const Ball& ball, int steps,
                const Deadline& deadline);

  const Problem* problem_;
  SlopeMemory memory_;
};

}  // namespace brink::search
