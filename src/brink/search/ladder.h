// The bound of one region: what is proven of it, and the ladder of smaller balls that raises it.
#pragma once

#include <functional>

#include "brink/base/deadline.h"
#include "brink/search/parameters.h"
#include "brink/search/tree.h"

namespace brink::search {

class Ladder {
 public:
  /// `whole`: the ball that holds the question's whole reach. `shared`, `threads`, `spare`: as of a
  /// Tree.
  Ladder(const Problem& problem, const OutputRegion& region, const Ball& whole,
         Incumbent& incumbent, BallBounds& shared, Statistics& statistics, int threads,
         SpareThreads* spare);

  /// No point of the region is nearer; 0 at first, infinity: there is none.
  double bound() const { return bound_; }
  /// Another's proof.
  void raise(double bound);
  std::function<void()> on_raise;  ///< called when the bound has risen

  /// Where a search has to go: within the incumbent's search radius and the reach.
  double search_radius() const;
  /// What a rung should at least go farther, where there are images at `radius`.
  double least_step(double radius) const {
    return whole_.norm() == Norm::l0 ? 0.5 : parameters().joint_gap * radius;
  }
  /// Nothing of the region is within what a tree has to go through.
  bool closed() const {
    const double most = std::min(incumbent_.tree_radius(region_), whole_.radius());
    return bound_ >= beyond(whole_.norm(), most);
  }

  /// A rung: true, and the bound raised, if nothing of the region is within the radius; false if
  /// the budget did not show it.
  bool exclude(double radius, const Budget& budget);

  /// A few rungs, each with a share of the effort that the statistics count so far; `part` of it:
  /// this region's.
  void climb(const Deadline& deadline, double part = 1);
  /// As far as the time allows, from a ball that its root alone proves if there is no bound yet.
  void climb_at_last(const Deadline& deadline);
  /// The start alone: larger and larger balls while their roots prove them.
  void start_from_root(const Deadline& deadline);

 private:
  void climb(const Deadline& deadline, double share, int rungs, double growth);

  const Problem& problem_;
  const OutputRegion& region_;
  const Ball whole_;
  Incumbent& incumbent_;
  BallBounds& shared_;
  Statistics& statistics_;
  const int threads_;
  SpareThreads* spare_;
  double bound_ = 0;
};

}  // namespace brink::search
