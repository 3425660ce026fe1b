// min sign * y_j^k as a MILP: the seeds' bound tightening to the letter (Fischetti & Jo 2018,
// section 3.2), whose limit per bound makes it "weak".
//
// Claimed is the dual bound, never the incumbent. CBC works to 1e-9 in rows and integrality, times
// an M of tens and a few layers of weights: kSolverSlack. And since a forward pass at the
// solver's own point attains its value, a bound above that value is certainly wrong and comes down
// to it.
#include "mip_side.h"

#include <algorithm>
#include <cmath>

namespace brink {

namespace {

constexpr double kSolverSlack = 1e-6;  // relative, absolute below 1

}  // namespace

Expected<SideBound> bound_by_mip(const LayerModel& model, const Side& side, const MipSolver& solver,
                                 const Deadline& deadline) {
  Program program = model.program;
  for (std::size_t c = 0; c < side.costs.size(); ++c) program.columns[c].cost = side.costs[c];
  program.offset = side.constant;
  SolveOptions limits;
  limits.deadline = deadline;
  const auto solution = solver.solve(program, limits);
  if (!solution) return tl::unexpected(solution.error());
  if (solution->status == SolveStatus::interrupted) {
    return tl::unexpected(Error{Error::Kind::interrupted, "interrupted while tightening bounds"});
  }
  if (solution->status == SolveStatus::infeasible || solution->status == SolveStatus::unbounded) {
    return failure("bounds: {} calls the model of layer {} {}, which it cannot be", solver.name(),
                   model.k, name(solution->status));
  }
  double bound = solution->bound;
  if (!solution->values.empty()) {
    bound = std::min(bound, attained(model, side, solution->values));
  }
  if (std::isfinite(bound)) bound -= kSolverSlack * std::max(1.0, std::abs(bound));
  const bool optimal = solution->status == SolveStatus::optimal;
  return SideBound{bound, optimal ? BoundSource::exact : BoundSource::stopped};
}

}  // namespace brink
