// The ladders of all regions, climbed together (larger networks).
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "brink/search/ladder.h"

namespace brink::search {

class JointLadder {
 public:
  /// It refers to all of these; the ladders count their effort in the statistics, share `bounds`,
  /// and lie in `whole`. `problem`: of any region.
  JointLadder(std::vector<Ladder>& ladders, const Problem& problem, const Ball& whole,
              BallBounds& bounds, int threads, Statistics& statistics)
      : ladders_(ladders),
        problem_(problem),
        whole_(whole),
        bounds_(bounds),
        threads_(threads),
        statistics_(statistics) {}

  /// Rungs for the least of their bounds, each of at most so much effort a region, until the next
  /// would not raise it by a share worth having.
  void climb(const Deadline& deadline, std::int64_t effort);

  /// That the whole search would still take, if all effort so far goes on growing with the radius
  /// proven as it has since it was half as much; infinity: no idea.
  double expected_effort() const;

 private:
  struct Rung {
    double radius = 0;
    double effort = 0;  ///< of all that there was, until it was proven
  };
  double bound() const;
  bool exclude(double radius, const Budget& budget);
  bool exclude(Ladder& ladder, double radius, const Budget& budget);

  std::vector<Ladder>& ladders_;
  const Problem& problem_;
  const Ball& whole_;
  BallBounds& bounds_;
  const int threads_;
  Statistics& statistics_;
  std::size_t hardest_ = 0;  ///< the region that refused the last rung: asked first
  std::vector<Rung> proven_;
  double refused_ = 0;  ///< the last
};

}  // namespace brink::search
