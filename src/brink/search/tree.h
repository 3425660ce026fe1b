// Branch and bound over the phases of unstable neurons, for one region of outputs.
//
// It excludes two sets at once where a lead is asked for (incumbent.h): points with the lead from
// the whole ball, points of lead 0 from the part of it that is nearer than the incumbent.
#pragma once

#include <memory>
#include <vector>

#include "brink/base/spare_threads.h"
#include "brink/search/tightening.h"
#include "brink/search/worker.h"

namespace brink::search {

enum class Outcome {
  empty,    ///< proven: no point of the region within the radius
  stopped,  ///< a limit came first
  doubtful  ///< all but some leaves, of which the bounds know
};

class Tree {
 public:
  /// `shared`: of all trees around the image. `threads` workers explore it, and those that `spare`
  /// (may be null) lends. `lead`: 0 to exclude lead 0 alone.
  Tree(const Problem& problem, const OutputRegion& region, const Ball& ball, Incumbent& incumbent,
       BallBounds& shared, Statistics& statistics, int threads, SpareThreads* spare = nullptr,
       double lead = 0);

  /// Excludes the ball of `radius`, or of the incumbent's radius while that is smaller, unless
  /// stopped. Bounds of an earlier, larger ball are kept and tightened.
  Outcome exclude(double radius, const Budget& budget);
  /// Goes on where exclude() was stopped.
  Outcome resume(const Budget& budget);
  /// The root, once the bounds that trees share are tighter.
  void retighten(const Deadline& deadline);

  /// Large programs are made anew when the tree goes on.
  void let_go_of_programs() {
    for (const auto& worker : workers_) worker->let_go_of_program();
  }

  bool started() const { return started_; }
  std::size_t open_nodes() const;

  /// After `stopped`: points of the region, of lead 0, are not nearer than this; 0: not known by
  /// the deadline.
  double open_bound(const Deadline& deadline);
  /// After `empty` and `doubtful`, of lead 0 and of the lead. The next whole number for L0.
  double excluded_bound() const;
  double led_bound() const;
  /// Radius for which the last exclude() finished or was about to.
  double radius() const { return ball_.radius(); }

 private:
  double most_radius() const;
  void shrink_ball();
  void employ(int count);
  void renew_root(std::optional<Intervals> tighter, const Stopwatch& watch);
  Doubtful doubtful() const;
  void restart(const Deadline& deadline);
  void burst(const Budget& budget);
  bool open() const { return open_nodes() > 0; }
  void clear();

  const Problem& problem_;
  const OutputRegion& region_;
  Ball ball_;
  Incumbent& incumbent_;
  BallBounds& shared_;
  Statistics& statistics_;
  const int threads_;
  SpareThreads* spare_;
  Intervals root_;
  bool empty_ = false;           ///< root_, proven
  double tightened_radius_ = 0;  ///< of root_
  double limit_radius_ = 0;      ///< asked for
  std::int64_t next_restart_ = 0;
  int expansions_ = 0;
  bool started_ = false;
  Frontier frontier_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Doubtful doubtful_;  ///< of workers sent away
  double lead_;
};

}  // namespace brink::search
