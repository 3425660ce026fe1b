// One thread's part of a tree: bounds nodes, branches, closes leaves.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

#include "brink/search/frontier.h"
#include "brink/search/incumbent.h"
#include "brink/search/open_nodes.h"
#include "brink/search/parameters.h"
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
  void push(Node node) { open_.push(std::move(node)); }
  std::size_t open_nodes() const { return open_.size(); }
  /// Hands its open nodes over, the nearest to the root first.
  std::vector<Node> take_nodes() { return open_.take_all(); }
  void clear();

  /// Nodes of its own and of the frontier, no farther than `radius`, until the burst ends.
  void explore(Frontier& frontier, double radius, const Deadline& deadline);

  /// Lower bound on the distance of the region's points in its own open nodes, found in the ball of
  /// `radius`; at most `bound`, and 0 when the deadline comes first.
  double open_bound(double radius, double bound, const Deadline& deadline);
  /// The same for leaves that arithmetic could not decide; infinity: none.
  const Doubtful& doubtful() const { return doubtful_; }

  /// While others have their turn.
  void let_go_of_program() {
    if (bounder_ && bounder_->bytes() > parameters().largest_kept) bounder_.reset();
  }
  PointPool& pool() { return pool_; }
  /// What it did since the last call.
  Statistics take_statistics();

  // A question of expand() (open_nodes.h).
  std::optional<Intervals> enter(Node& node);
  NodeBound bound(const Node& node, const Intervals& bounds);
  Verdict judge(Node& node, const Intervals& bounds, const NodeBound& bound);
  std::array<Split, 2> divide(const Intervals& bounds, const NodeBound& bound) const;
  std::int64_t seen() const { return seen_; }

 private:
  void shrink_ball(double radius);
  Bounder& bounder();
  int rounds(const Intervals& bounds);
  NodeBound minimise(const Intervals& bounds, const Slopes* start, const Ball& ball, double enough);
  bool try_points(const NodeBound& bound);
  bool offer(const Eigen::VectorXd& x);
  bool worth_polishing(const Eigen::VectorXd& x, double slack);
  Verdict close_leaf(Node& node, const Intervals& bounds);
  enum class Leaf { closed, doubtful, unfinished };
  Leaf close_leaf(const Phases& phases, double lead, std::int64_t most, double& doubtful);
  double nearer_radius() const { return std::min(ball_.radius(), incumbent_.search_radius()); }
  std::optional<Intervals> tightened(const Intervals& bounds, bool by_trees);
  void tell(const Intervals& bounds, const Ball& ball, const NodeBound& bound) const;

  const Problem& problem_;
  const OutputRegion& region_;
  Ball ball_;
  Incumbent& incumbent_;
  Statistics statistics_;
  PointPool pool_;
  const Intervals* root_ = nullptr;
  std::unique_ptr<Bounder> bounder_;
  OpenNodes open_{OpenNodes::kDepthFirst};
  Deadline deadline_;
  std::int64_t seen_ = 0;
  double lead_;
  double limit_ = 0;  ///< of the ball, as asked for last
  OutputRegion led_region_;
  Doubtful doubtful_;
  std::unordered_set<std::size_t> polished_;  ///< patterns, by hash, since the last find
};

/// Beyond the excluded radius: the next whole number for L0.
double beyond(Norm norm, double radius);

}  // namespace brink::search
