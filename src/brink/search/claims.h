// What the search believes, told where it is believed and nowhere else.
//
// Nobody listens by default. Who writes a certificate, or checks a search in a test, does: every
// claim comes with all that it follows from.
#pragma once

#include "brink/search/lagrangian.h"

namespace brink::search {

/// Not told yet: closed forms and backward substitution that bound neurons over a ball, and what
/// interval arithmetic finds empty while neurons are tightened. Called from several threads at
/// once.
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
  /// By interval arithmetic: no point within the root's bounds has the node's splits and changes.
  virtual void contradicted(const Problem& /*problem*/, const Intervals& /*root*/,
                            const Node& /*node*/) {}
  /// By an exact program: no point of the pattern in the ball that meets the region's rows is
  /// nearer than `distance`; infinity: none is in the ball.
  virtual void pattern(const Problem& /*problem*/, const OutputRegion& /*region*/,
                       const Phases& /*phases*/, const Ball& /*ball*/, double /*distance*/) {}
  /// Cheap bounds: no point of the ball meets the rows.
  virtual void empty_ball(const Problem& /*problem*/, const Ball& /*ball*/) {}
};

}  // namespace brink::search
