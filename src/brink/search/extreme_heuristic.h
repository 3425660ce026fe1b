// Inputs with large values of one row, without proof: for the search of a neuron's extreme.
#pragma once

#include "brink/base/deadline.h"
#include "brink/base/random.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"
#include "brink/search/relaxation.h"
#include "brink/search/statistics.h"

namespace brink::search {

class ExtremeHeuristic {
 public:
  /// `problem`: one row, whose slack is the value. `ball`: the problem's whole reach. The image is
  /// the first input known.
  ExtremeHeuristic(const Problem& problem, const Ball& ball);

  /// The best known, by the plain forward pass, and where.
  double value() const { return value_; }
  const Eigen::VectorXd& point() const { return point_; }
  /// True: it is better.
  bool offer(const Eigen::VectorXd& x);
  /// Frank-Wolfe from a change, again from each find.
  void ascend(const Eigen::VectorXd& start, const Deadline& deadline = {});
  /// Climbs from kicks for so much effort (statistics.h). `root`: bounds of all inputs that are
  /// better.
  void search(const Intervals& root, std::int64_t effort, const Deadline& deadline,
              Statistics& statistics);

 private:
  /// What a find must be at least.
  double better_by(double gain) const;

  const Problem& problem_;
  const Ball& ball_;
  double value_ = 0;
  Eigen::VectorXd point_;
  Random random_{0};
};

}  // namespace brink::search
