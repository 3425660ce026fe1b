// Branch and bound over the phases of unstable neurons, for one region of outputs.
#pragma once

#include <cstdint>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/search/incumbent.h"
#include "brink/search/statistics.h"
#include "brink/search/tightening.h"

namespace brink::search {

enum class Outcome {
  empty,    ///< proven: no point of the region within the radius
  stopped,  ///< a limit came first
  doubtful  ///< all but some leaves, whose bound is in Tree::doubtful_bound
};

class Tree {
 public:
  Tree(const Problem& problem, const OutputRegion& region, const Ball& ball, Incumbent& incumbent,
       Statistics& statistics);

  /// Excludes the ball of `radius`, or of the incumbent's search radius while that is smaller,
  /// unless stopped. Bounds of an earlier, larger ball are kept and tightened.
  Outcome exclude(double radius, const Deadline& deadline);
  /// Goes on where exclude() was stopped.
  Outcome resume(const Deadline& deadline);

  bool started() const { return relaxation_ != nullptr; }

  /// After `stopped`: points of the region are not nearer than this.
  double open_bound();
  double doubtful_bound() const { return doubtful_bound_; }
  /// After `empty`: the same; the next whole number for L0.
  double excluded_bound() const;
  /// Radius for which the last exclude() finished or was about to.
  double radius() const { return ball_.radius(); }

 private:
  struct Node {
    Phasing phasing;
    std::int64_t made = 0;  ///< nodes before it was made
  };
  enum class Verdict { pruned, open, improved };

  bool prepare(double radius, const Deadline& deadline);
  bool retighten(const Deadline& deadline);
  /// Its sibling's subtree was large: so will its own be. False: proven empty.
  bool tighten_big(Node& node, const Deadline& deadline);
  bool restart(const Deadline& deadline);
  void shrink_ball();
  double beyond(double radius) const;
  /// The next open node, with what is known of the root by now; false: nothing is left of it.
  bool take(Node& node);
  Verdict bound_node(Node& node, int rounds);
  bool try_candidate();
  void branch(Node& node);
  void close_leaf(const Node& node, const Deadline& deadline);
  bool settled(const Phasing& phasing) const;

  const Problem& problem_;
  const OutputRegion& region_;
  Ball ball_;
  Incumbent& incumbent_;
  Statistics& statistics_;
  Phasing root_;
  double tightened_radius_ = 0;  ///< of root_
  std::int64_t nodes_ = 0;       ///< of this exclude()
  std::int64_t next_restart_ = 0;
  double limit_radius_ = 0;  ///< asked for
  PointPool pool_;
  std::unique_ptr<Relaxation> relaxation_;
  std::vector<Node> open_;
  double doubtful_bound_ = 0;
  bool any_doubt_ = false;
};

}  // namespace brink::search
