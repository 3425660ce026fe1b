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
#include <limits>

#include "brink/pattern/growing_polytope.h"
#include "brink/pattern/linf_projection.h"
#include "brink/pattern/projection.h"
#include "brink/pattern/segment_projection.h"
#include "brink/search/move_program.h"
#include "brink/search/pixel_search.h"
#include "brink/solve/lp.h"

namespace brink::search {

namespace {

LeafResult leaf_l1(const NearPolytope& near, double radius, const Deadline& deadline) {
  MoveProgram moves = move_program(near);
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
  result.empty = result.bound > radius;
  result.point = moved(near.origin(), moves, solution.values);
  return result;
}

/// `any`: some point within the radius will do, if there is one.
LeafResult leaf_linf(const NearPolytope& near, double radius, bool any, const Deadline& deadline) {
  LinfProjection projection(near.rows, near.origin(), near.box);
  const LinfNearest nearest = projection.nearest(near.rhs, deadline, any ? radius : 0);
  LeafResult result{.empty = nearest.bound > radius,
                    .bound = nearest.bound,
                    .point = nearest.point,
                    .programs = nearest.programs};
  if (!result.empty && !result.point && !deadline.expired()) {
    result.empty = proven_infeasible(move_program(near).program, deadline);
  }
  return result;
}

/// A squared bound beyond this is beyond the radius, whatever rounding does to its root.
double enough(double radius) {
  return radius * radius * (1 + 1e-12);
}

LeafResult leaf_l2(const NearPolytope& near, double radius, const Deadline& deadline) {
  LeafResult result;
  const auto projection =
      project(near.origin(), near.rows, near.rhs, near.box, enough(radius), deadline);
  if (!projection) {
    result.empty = !deadline.expired() && proven_infeasible(move_program(near).program, deadline);
    return result;
  }
  result.bound = std::sqrt(projection->squared_bound);
  result.empty = result.bound > radius;
  if (projection->point.size() > 0) result.point = projection->point;
  return result;
}

LeafResult leaf_segments(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
                         const Deadline& deadline) {
  SegmentProjection projection(polytope.rows, problem.image(), problem.reach(), ball.breakpoints());
  const SegmentNearest nearest = projection.nearest(polytope.rhs, deadline, enough(ball.radius()));
  LeafResult result;
  result.bound = std::sqrt(nearest.squared_bound) * (1 - 1e-15);
  result.empty = result.bound > ball.radius();
  result.point = nearest.point;
  result.programs = nearest.programs;
  if (!result.empty && !result.point && !deadline.expired()) {
    result.empty = proven_infeasible(move_program(problem, polytope).program, deadline);
  }
  return result;
}

LeafResult leaf_near(Norm norm, const NearPolytope& near, double radius, bool any,
                     const Deadline& deadline) {
  return norm == Norm::l1   ? leaf_l1(near, radius, deadline)
         : norm == Norm::l2 ? leaf_l2(near, radius, deadline)
                            : leaf_linf(near, radius, any, deadline);
}

/// L1, L2, Linf: within the ball, in a unit of its size, by rows that join as they are needed.
LeafResult solve_near(const Problem& problem, const OutputRegion& region, const Phases& phases,
                      const Ball& ball, const Deadline& deadline) {
  GrowingPolytope polytope(problem.network(), phases, region, problem.image(), problem.reach(),
                           ball.radius(), row_doubts(problem, phases, region, ball.radius()));
  const double unit = polytope.near().unit, radius = ball.radius() / unit;
  std::int64_t programs = 0;
  for (bool any = ball.norm() == Norm::linf && !polytope.is_whole();;) {
    LeafResult result = leaf_near(ball.norm(), polytope.near(), radius, any, deadline);
    programs += result.programs;
    // What is farther than the radius was cut off.
    result.bound = std::min(result.bound, radius) * unit;
    result.programs = programs;
    if (result.point) *result.point = problem.image_with(unit * *result.point);
    if (result.empty || deadline.expired()) return result;
    if (result.point && polytope.join(*result.point)) continue;
    if (!any && (result.point || polytope.is_whole())) return result;
    if (!result.point) polytope.join_all();
    any = false;
  }
}

}  // namespace

LeafResult solve_leaf(const Problem& problem, const OutputRegion& region, const Phases& phases,
                      const Ball& ball, const Deadline& deadline, std::int64_t most) {
  const bool whole = ball.norm() == Norm::l0 || ball.breakpoints() > 0;
  if (!whole) return solve_near(problem, region, phases, ball, deadline);
  PatternPolytope polytope = pattern_polytope(problem.network(), phases, region);
  polytope.rhs -= row_doubts(problem, phases, region);
  return ball.norm() == Norm::l0 ? fewest_pixels(problem, polytope, ball, deadline, most)
                                 : leaf_segments(problem, polytope, ball, deadline);
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
