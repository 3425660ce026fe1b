// Bounds of all neurons over a ball, without programs; rows walked back through them.
#pragma once

#include <vector>

#include "brink/base/deadline.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"

namespace brink::search {

class BallSubstitution {
 public:
  /// Whose bounds are walked back.
  enum class Of { all, open };  ///< open: of those whose phase interval arithmetic leaves open

  /// `walk_back`: neurons' bounds too, not only interval arithmetic's; as far as the deadline
  /// allows. It refers to all of these.
  BallSubstitution(const Problem& problem, const Ball& ball, bool walk_back,
                   const Deadline& deadline, Of of = Of::all);

  /// No point of the ball meets the rows of a problem that shares the inputs; false too when the
  /// deadline has come.
  bool excludes(const Problem& problem) const;
  /// Of hidden neurons.
  Intervals intervals() const;

 private:
  /// Linear forms a x^k + c of a layer's activations that are bounded from above.
  struct Forms {
    RowMatrix a;
    Eigen::VectorXd c, size;  ///< `size`: what rounding is charged by
  };
  void first_layer();
  void walk_layer(int k, Of of, Eigen::VectorXd& lower, Eigen::VectorXd& upper) const;
  Box activations(int k) const;
  void relax(Forms& forms, int k) const;
  Eigen::VectorXd highest(Forms forms, int k) const;
  Eigen::VectorXd highest(const RowMatrix& weights, const Eigen::VectorXd& constants,
                          const Eigen::VectorXd& sizes, int k) const;

  const Problem& problem_;
  const Ball& ball_;
  const Deadline& deadline_;
  double operations_ = 0;
  std::vector<Eigen::VectorXd> lower_, upper_;  ///< of y^1, y^2, ...
  std::vector<Eigen::VectorXd> sizes_;          ///< |W| X + |b| of layers 2, 3, ...
};

}  // namespace brink::search
