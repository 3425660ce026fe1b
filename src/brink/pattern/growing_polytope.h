// A pattern's polytope seen from an image, of which only the rows that matter are composed.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "brink/pattern/pattern.h"

namespace brink {

class GrowingPolytope {
 public:
  /// It refers to the network, the phases and the region. `box` contains the image; what is farther
  /// than `radius`, in any norm but L0, is cut off. `doubts`: by how much each row is relaxed, for
  /// the rounding of its evaluation; none: not at all.
  GrowingPolytope(const Network& network, const Phases& phases, const OutputRegion& region,
                  const Eigen::VectorXd& image, const Box& box, double radius,
                  const Eigen::VectorXd& doubts = {});

  /// Its rows so far.
  const NearPolytope& near() const { return near_; }
  /// Does this one of them keep a phase? Else it is the region's.
  bool is_phase(Eigen::Index row) const {
    return rows_[static_cast<std::size_t>(row)] < phase_rows_;
  }
  bool is_whole() const { return std::ssize(rows_) == slacks_.size(); }

  /// The rows that x violates most join it; false: there are none.
  bool join(const Eigen::VectorXd& x);
  /// All rows do.
  void join_all();

 private:
  void add(const std::vector<Eigen::Index>& more);

  const Network& network_;
  const Phases& phases_;
  const OutputRegion& region_;
  Eigen::VectorXd slacks_;  ///< of all rows, at the image, relaxed
  Eigen::Index phase_rows_;
  std::vector<Eigen::Index> rows_;  ///< numbers in pattern_polytope() of those of near_
  NearPolytope near_;
};

}  // namespace brink
