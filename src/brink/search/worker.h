// One thread's part of a tree: bounds nodes, branches, closes leaves.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "brink/search/frontier.h"
#include "brink/search/incumbent.h"
#include "brink/search/tightening.h"

namespace brink::search {

/// Lower bounds on the distance of points in leaves that arithmetic could not decide.
struct Doubtful {
  double nearest = std::numeric_limits<double>::infinity();  ///< of lead 0
  double led = std::numeric_limits<double>::infinity();      ///< of the lead

  void meet(const Doubtful& other) {
    nearest = std::min(nearest, other.nearest);
    led = std::min(led, other.led);
  }
  bool any() const { return std::min(nearest, led) < std::numeric_limits<double>::infinity(); }
};

class Worker {
 public:
  /// `lead`: points with that lead are sought in the whole ball, besides those with lead 0 that are
  /// nearer than the incumbent (incumbent.h); 0: lead 0 is all that matters.
  Worker(const Problem& problem, const OutputRegion& region, const Ball& ball, Incumbent& incumbent,
         double lead);

  /// Before the first burst, and whenever `root`'s bounds have been tightened. Its program is made
  /// for the first node.
  void renew(const Intervals& root);
  void push(Node node) { open_.push_back(std::move(node)); }
  std::size_t open_nodes() const { return open_.size(); }
  /// Hands its open nodes over, the nearest to the root first.
  std::vector<Node> take_nodes() { return std::exchange(open_, {}); }
  void clear();

  /// Nodes of its own and of the frontier, no farther than `radius`, until the burst ends.
  void explore(Frontier& frontier, double radius, const Deadline& deadline);

  /// Lower bound on the distance of the region's points in its own open nodes, found in the ball of
  /// `radius`; at most `bound`, and 0 when the deadline comes first.
  double open_bound(double radius, double bound, const Deadline& deadline);
  /// The same for leaves that arithmetic could not decide; infinity: none.
  const Doubtful& doubtful() const { return doubtful_; }

  PointPool& pool() { return pool_; }
  /// What it did since the last call.
  Statistics take_statistics();

 private:
  enum class Verdict { pruned, open, again, branched };

  void shrink_ball(double radius);
  void explore(Node node, const Deadline& deadline);
  Relaxation& relaxation();
  Verdict bound_node(const Node& node, const Deadline& deadline);
  NodeBound minimise(const Node& node, const Ball& ball, double enough, const Deadline& deadline);
  bool try_points(const NodeBound& bound, const Deadline& deadline);
  void branch(const Node& node, const NodeBound& bound);
  void close_leaf(const Node& node, const Deadline& deadline);
  bool close_leaf(const Phases& phases, double lead, double& doubtful, const Deadline& deadline);
  double nearer_radius() const { return std::min(ball_.radius(), incumbent_.search_radius()); }
  bool tighten(Node& node, const Deadline& deadline);

  const Problem& problem_;
  const OutputRegion& region_;
  Ball ball_;
  Incumbent& incumbent_;
  Statistics statistics_;
  PointPool pool_;
  const Intervals* root_ = nullptr;
  std::unique_ptr<Relaxation> relaxation_;
  std::vector<Node> open_;
  std::int64_t seen_ = 0;
  double lead_;
  double limit_ = 0;  ///< of the ball, as asked for last
  OutputRegion led_region_;
  Doubtful doubtful_;
};

/// Beyond the excluded radius: the next whole number for L0.
double beyond(Norm norm, double radius);

}  // namespace brink::search
