// Walking through adjacent patterns, uphill in the margin, inside the ball.
#pragma once

#include <optional>

#include "brink/base/deadline.h"
#include "brink/search/relaxation.h"
#include "brink/search/statistics.h"

namespace brink::search {

class Ascent {
 public:
  /// `root`: bounds that hold in every ball that will be asked about.
  Ascent(const Problem& problem, Intervals root, Statistics& statistics);

  std::size_t bytes() const { return relaxation_.bytes(); }
  /// From a pattern (which hidden neurons are active); a change in the ball whose slack is at
  /// least `least`, or
  /// nothing after `steps`, at a local maximum or when the deadline has come.
  std::optional<Eigen::VectorXd> climb(const Ball& ball, PointPool& pool, std::vector<bool> active,
                                       int steps, const Deadline& deadline, double least = 0);

 private:
  Intervals bounds_of(const std::vector<bool>& active) const;

  const Problem& problem_;
  Intervals root_;
  Statistics& statistics_;
  Relaxation relaxation_;
};

}  // namespace brink::search
