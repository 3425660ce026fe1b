// Images that fool the network, without proof: before the search and between its slices.
#pragma once

#include "brink/base/random.h"
#include "brink/search/ascent.h"
#include "brink/search/frontier.h"
#include "brink/search/incumbent.h"
#include "brink/search/parameters.h"

namespace brink::search {

class Heuristic {
 public:
  /// `ball`: the largest that may be searched; its radius shrinks with the incumbent's.
  Heuristic(const Problem& problem, const OutputRegion& region, const Ball& ball,
            Incumbent& incumbent, std::uint64_t seed);

  /// Quick attacks, then rounds of local search until `patience` of them in a row found nothing.
  void open(int patience, const Deadline& deadline);
  /// Rounds until the budget is used up.
  void go_on(const Budget& budget);
  /// A large program is made anew when it goes on.
  void let_go_of_program() {
    if (ascent_ && ascent_->bytes() > parameters().largest_kept) ascent_.reset();
  }
  /// What it did since the last call.
  Statistics take_statistics() { return std::exchange(statistics_, {}); }

 private:
  double radius() const { return std::min(incumbent_.search_radius(), ball_.radius()); }
  void attack_from(int start, const Deadline& deadline);
  bool round(const Deadline& deadline);
  bool can_climb();
  bool climb(const std::vector<bool>& start, double share, const Deadline& deadline);
  void climb_on(const Deadline& deadline);
  std::vector<bool> random_start();
  /// The ball's farthest point in a direction, as a change.
  Eigen::VectorXd corner(double radius, const Eigen::VectorXd& direction) const;
  Eigen::VectorXd random_normals(Eigen::Index size);

  const Problem& problem_;
  const OutputRegion& region_;
  Ball ball_;
  Incumbent& incumbent_;
  Random random_;
  Statistics statistics_;
  PointPool pool_;
  std::unique_ptr<Ascent> ascent_;
  double ascent_radius_ = 0;  ///< of the ball that it, or that none, was made for
  bool fits_ = true;
  int rounds_ = 0;
};

}  // namespace brink::search
