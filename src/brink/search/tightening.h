// Bounds of the hidden neurons over the ball: the root of a search.
#pragma once

#include "brink/base/deadline.h"
#include "brink/search/statistics.h"

namespace brink::search {

/// Bounds over balls around one image that know of no rows: problems that share the inputs share
/// them.
class BallBounds {
 public:
  /// Walked back, unless what is known is of a ball that is hardly larger. The deadline may leave
  /// them as interval arithmetic has them.
  const Intervals& over(const Problem& problem, const Ball& ball, const Deadline& deadline,
                        Statistics& statistics);
  /// By small trees, larger ones each time; as large as a smaller ball has seen, at least.
  void deepen(const Problem& problem, const Ball& ball, int threads, const Deadline& deadline,
              Statistics& statistics);
  /// What the next of these will take, by the last; 0: nothing is known of it.
  std::int64_t deepening_effort() const;
  /// Have smaller balls seen larger trees than this one?
  bool shallow(const Ball& ball) const;

 private:
  bool hold(const Ball& ball) const;

  Intervals bounds_;
  double radius_ = -1;                 ///< below 0: nothing is known
  int expansions_ = 0;                 ///< that the bounds have seen
  int smaller_expansions_ = 0;         ///< that those of smaller balls had
  std::int64_t deepening_effort_ = 0;  ///< of the last trees
};

/// Bounds that already hold, tightened over the ball and the problem's rows; nothing: proven that
/// no point of the ball meets the rows. The deadline may leave them as they are. `shared`: of the
/// same image.
std::optional<Intervals> tighten(const Problem& problem, const Ball& ball, PointPool& pool,
                                 Intervals known, BallBounds& shared, const Deadline& deadline,
                                 Statistics& statistics);

/// The same for a node of a tree, by the tree's own bounder.
std::optional<Intervals> tighten_node(const Problem& problem, Bounder& bounder, const Ball& ball,
                                      PointPool& pool, const Intervals& known,
                                      const Deadline& deadline, Statistics& statistics);

/// The same with a small branch and bound of `expansions` nodes for each side of each open neuron:
/// dearer and tighter, for searches that turn out long. As many threads as pools.
std::optional<Intervals> tighten_by_trees(const Problem& problem, const Ball& ball,
                                          const std::vector<PointPool*>& pools,
                                          const Intervals& known, int expansions,
                                          const Deadline& deadline, Statistics& statistics);

/// Interval bounds over the reach, to start from.
Intervals box_bounds(const Problem& problem);
/// The same over the ball; nothing in the ball may be lost, so never empty.
Intervals ball_bounds(const Problem& problem, const Ball& ball);

}  // namespace brink::search
