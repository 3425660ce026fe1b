// What the search believes, told where it is believed and nowhere else.
//
// Nobody listens by default. Who writes a certificate, or checks a search in a test, does: every
// claim comes with all that it follows from.
#pragma once

#include "brink/search/lagrangian.h"

namespace brink::search {

/// Not told: how the bound of a search that was stopped follows from the nodes it left open. Called
/// from several threads at once.
class ClaimLog {
 public:
  ClaimLog() = default;
  ClaimLog(const ClaimLog&) = delete;
  ClaimLog& operator=(const ClaimLog&) = delete;
  virtual ~ClaimLog() = default;

  /// By multipliers: over the ball's points within the bounds (which, for other costs than a
  /// margin, meet the problem's rows) the cost is at least the proof's value. A margin above 0, or
  /// no cost and a value above 0: there is no such point that meets the rows.
  virtual void proven(const Problem& /*problem*/, const Intervals& /*bounds*/, const Cost& /*cost*/,
                      const Ball& /*ball*/, const Proof& /*proof*/) {}
  /// The same of a node of a small tree (side_tree.h) that bounds a neuron's side over these
  /// root bounds; the tree's own root is told first.
  virtual void proven_in_tree(const Problem& problem, const Intervals& /*root*/,
                              const Node& /*node*/, const Intervals& bounds, const Cost& cost,
                              const Ball& ball, const Proof& proof) {
    proven(problem, bounds, cost, ball, proof);
  }
  /// By interval arithmetic: no point within the root's bounds has the node's splits and changes.
  virtual void contradicted(const Problem& /*problem*/, const Intervals& /*root*/,
                            const Node& /*node*/) {}
  /// By closed forms, interval arithmetic, backward substitution and small trees of it: all points
  /// of the ball lie within the bounds.
  virtual void contained(const Problem& /*problem*/, const Ball& /*ball*/,
                         const Intervals& /*bounds*/) {}
  /// By interval arithmetic: no point of the ball that meets the rows lies within the bounds.
  virtual void nothing_within(const Problem& /*problem*/, const Ball& /*ball*/,
                              const Intervals& /*bounds*/) {}
  /// By an exact program: over the pattern, the problem's slack is at most `highest` (-infinity: it
  /// has no point).
  virtual void pattern_extreme(const Problem& /*problem*/, const Phases& /*phases*/,
                               double /*highest*/) {}
  /// By an exact program: no point of the pattern in the ball that meets the region's rows is
  /// nearer than `distance`; infinity: none is in the ball.
  virtual void pattern(const Problem& /*problem*/, const OutputRegion& /*region*/,
                       const Phases& /*phases*/, const Ball& /*ball*/, double /*distance*/) {}
  /// Cheap bounds: no point of the ball meets the rows.
  virtual void empty_ball(const Problem& /*problem*/, const Ball& /*ball*/) {}
  /// By rows that are linear in the inputs: no point of this part of the reach meets the rows.
  virtual void empty_box(const Problem& /*problem*/, const Box& /*box*/) {}
};

}  // namespace brink::search
