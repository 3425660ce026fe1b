// Exact answers on one pattern.
//
// L1: LP over the moves p, n. Its claim is the bound that the multipliers prove; an infeasible LP
// must be proven so by a program that has a solution (proven_infeasible).
// Linf: LPs over the pixels within a radius, whose multipliers prove the radius.
// L2: the dual of the projection is a bound at any multipliers; linearised, LPs of a few segments
// a pixel, whose multipliers are one over all segments.
// L0: pixel_search.h. The extreme of a neuron: LP over the pixels themselves.
#include "brink/search/leaf.h"

#include <algorithm>
#include <cmath>

#include "brink/pattern/linf_projection.h"
#include "brink/pattern/projection.h"
#include "brink/pattern/segment_projection.h"
#include "brink/search/move_program.h"
#include "brink/search/pixel_search.h"
#include "brink/solve/lp.h"

namespace brink::search {

namespace {

LeafResult leaf_l1(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
                   const Deadline& deadline) {
  MoveProgram moves = move_program(problem, polytope);
  for (Column& column : moves.program.columns) column.cost = 1;
  LpSolver lp(moves.program);
  const LpSolution solution = lp.solve(deadline);
  LeafResult result;
  if (solution.status == SolveStatus::infeasible) {
    result.empty = proven_infeasible(moves.program, deadline);
    return result;
  }
  if (solution.status != SolveStatus::optimal) return result;
  result.bound = std::max(0.0, lp.safe_bound(solution.duals));
  result.empty = result.bound > ball.radius();
  result.point = moved(problem, moves, solution.values);
  return result;
}

LeafResult leaf_linf(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
                     const Deadline& deadline) {
  LinfProjection projection(polytope.rows, problem.image(), problem.reach());
  const LinfNearest nearest = projection.nearest(polytope.rhs, deadline);
  return {.empty = nearest.bound > ball.radius(),
          .bound = nearest.bound,
          .point = nearest.point,
          .programs = nearest.programs};
}

/// A squared bound beyond this is beyond the radius, whatever rounding does to its root.
double enough(const Ball& ball) {
  return ball.radius() * ball.radius() * (1 + 1e-12);
}

LeafResult leaf_l2(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
                   const Deadline& deadline) {
  LeafResult result;
  const auto projection = project(problem.image(), polytope.rows, polytope.rhs, problem.reach(),
                                  enough(ball), deadline);
  if (!projection) {
    result.empty = proven_infeasible(move_program(problem, polytope).program, deadline);
    return result;
  }
  result.bound = std::sqrt(projection->squared_bound);
  result.empty = result.bound > ball.radius();
  if (projection->point.size() > 0) result.point = projection->point;
  return result;
}

LeafResult leaf_segments(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
                         const Deadline& deadline) {
  SegmentProjection projection(polytope.rows, problem.image(), problem.reach(), ball.breakpoints());
  const SegmentNearest nearest = projection.nearest(polytope.rhs, deadline, enough(ball));
  LeafResult result;
  result.bound = std::sqrt(nearest.squared_bound) * (1 - 1e-15);
  result.empty = result.bound > ball.radius();
  result.point = nearest.point;
  result.programs = nearest.programs;
  if (!result.empty && !result.point) {
    result.empty = proven_infeasible(move_program(problem, polytope).program, deadline);
  }
  return result;
}

}  // namespace

LeafResult solve_leaf(const Problem& problem, const OutputRegion& region, const Phases& phases,
                      const Ball& ball, const Deadline& deadline) {
  PatternPolytope polytope = pattern_polytope(problem.network(), phases, region);
  polytope.rhs -= row_doubts(problem, phases, region);
  switch (ball.norm()) {
    case Norm::l0: {
      const int limit = static_cast<int>(std::floor(ball.radius() + 1e-9));
      return fewest_pixels(problem, polytope, limit, deadline);
    }
    case Norm::l1:
      return leaf_l1(problem, polytope, ball, deadline);
    case Norm::l2:
      return ball.breakpoints() > 0 ? leaf_segments(problem, polytope, ball, deadline)
                                    : leaf_l2(problem, polytope, ball, deadline);
    case Norm::linf:
      return leaf_linf(problem, polytope, ball, deadline);
  }
  return {};
}

PatternExtreme pattern_extreme(const Problem& problem, const OutputRegion& row,
                               const Phases& phases, const Deadline& deadline) {
  const Box& box = problem.reach();
  const PatternPolytope polytope = pattern_polytope(problem.network(), phases, row);
  const Eigen::VectorXd rounding = row_doubts(problem, phases, row);
  const Eigen::Index last = polytope.phase_rows;  // the affine form of the row on the pattern
  Program program;
  for (Eigen::Index p = 0; p < box.size(); ++p) {
    program.add_column({"", box.lower(p), box.upper(p), -polytope.rows(last, p), false});
  }
  for (Eigen::Index r = 0; r < last; ++r) {
    Row phase;
    for (Eigen::Index p = 0; p < box.size(); ++p) {
      const double entry = polytope.rows(r, p);
      if (entry != 0) phase.terms.push_back({static_cast<int>(p), entry});
    }
    phase.lower = polytope.rhs(r) - rounding(r);
    program.rows.push_back(std::move(phase));
  }
  LpSolver lp(program);
  const LpSolution solution = lp.solve(deadline);
  PatternExtreme result;
  if (solution.status == SolveStatus::infeasible && proven_infeasible(program, deadline)) {
    result.bound = -std::numeric_limits<double>::infinity();
    return result;
  }
  result.bound = -lp.safe_bound(solution.duals) - polytope.rhs(last) + rounding(last);
  if (solution.status == SolveStatus::optimal) {
    result.point = Eigen::Map<const Eigen::VectorXd>(solution.values.data(), box.size())
                       .cwiseMax(box.lower)
                       .cwiseMin(box.upper);
  }
  return result;
}

}  // namespace brink::search
