// One thread's part of a tree: bounds nodes, branches, closes leaves.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "brink/search/frontier.h"
#include "brink/search/incumbent.h"
#include "brink/search/tightening.h"

namespace brink::search {

class Worker {
 public:
  Worker(const Problem& problem, const OutputRegion& region, const Ball& ball,
         Incumbent& incumbent);

  /// Before the first burst, and whenever `root`'s bounds have been tightened. Its program is made
  /// for the first node.
  void renew(const Phasing& root);
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
  double doubtful_bound() const { return doubtful_bound_; }

  PointPool& pool() { return pool_; }
  /// What it did since the last call.
  Statistics take_statistics();

 private:
  enum class Verdict { pruned, open, again };

  void shrink_ball(double radius);
  void explore(Node node, const Deadline& deadline);
  Relaxation& relaxation();
  Verdict bound_node(const Node& node, const Deadline& deadline);
  bool try_candidate(const Deadline& deadline);
  void branch(const Node& node);
  void close_leaf(const Node& node, const Deadline& deadline);
  bool tighten(Node& node, const Deadline& deadline);

  const Problem& problem_;
  const OutputRegion& region_;
  Ball ball_;
  Incumbent& incumbent_;
  Statistics statistics_;
  PointPool pool_;
  const Phasing* root_ = nullptr;
  std::unique_ptr<Relaxation> relaxation_;
  std::vector<Node> open_;
  std::int64_t seen_ = 0;
  double doubtful_bound_ = std::numeric_limits<double>::infinity();
};

/// Beyond the excluded radius: the next whole number for L0.
double beyond(Norm norm, double radius);

}  // namespace brink::search
