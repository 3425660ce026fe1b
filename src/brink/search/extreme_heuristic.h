// Inputs with large values of one row, without proof: for the search of a neuron's extreme.
#pragma once

#include "brink/base/deadline.h"
#include "brink/base/random.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"
#include "brink/search/relaxation.h"

namespace brink::search {

class ExtremeHeuristic {
 public:
  /// `problem`: one row, at value 0; its right-hand side is moved by what follows. `ball`: the
  /// problem's whole reach. The image is the first input known.
  ExtremeHeuristic(Problem& problem, const Ball& ball);

  /// The best known, by the plain forward pass, and where.
  double value() const { return value_; }
  const Eigen::VectorXd& point() const { return point_; }
  /// The problem's slacks count from here.
  double base() const { return base_; }
  /// From the best known value from now on.
  void rebase();

  /// True: it is better.
  bool offer(const Eigen::VectorXd& x);
  /// Frank-Wolfe from a change, again from each find.
  void ascend(const Eigen::VectorXd& start, const Deadline& deadline = {});
  /// Climbs from kicks for so much effort (statistics.h). `root`: bounds of all inputs that are
  /// better.
  void search(const Phasing& root, std::int64_t effort, const Deadline& deadline,
              Statistics& statistics);

 private:
  void ask_beyond(double value) { problem_.set_rhs(0, offset_ + value); }

  Problem& problem_;
  const Ball& ball_;
  double offset_;  ///< of the row at value 0
  double base_ = 0;
  double value_ = 0;
  Eigen::VectorXd point_;
  Random random_{0};
};

}  // namespace brink::search
