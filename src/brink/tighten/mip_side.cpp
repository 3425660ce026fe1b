// min sign * y_j^k as a MILP: the papers' bound tightening to the letter (Fischetti & Jo 2018,
// section 3.2), whose limit per bound makes it "weak".
//
// The solver's dual bound is a claim, within tolerances that an M multiplies; told is what
// multipliers confirm of it (solve/proof.h), in the time that the solver leaves. A forward pass at
// the solver's own point attains its value: where bound and value are near enough the bound is
// exact, whatever the solver says.
#include "mip_side.h"

#include <algorithm>
#include <cmath>

#include "brink/solve/proof.h"
#include "brink/tighten/tighten.h"

namespace brink {

namespace {

constexpr double kSolverShare = 0.8;

/// The claim is proven up to this, times max(1, |claim|): far less than what counts as exact.
constexpr double kClaimSlack = 1e-8;

}  // namespace

Expected<SideBound> bound_by_mip(const LayerModel& model, const Side& side, const MipSolver& solver,
                                 const Deadline& deadline) {
  Program program = model.program;
  for (std::size_t c = 0; c < side.costs.size(); ++c) program.columns[c].cost = side.costs[c];
  program.offset = side.constant;
  SolveOptions limits;
  limits.deadline = deadline.within(kSolverShare * deadline.remaining());
  const auto solution = solver.solve(program, limits);
  if (!solution) return tl::unexpected(solution.error());
  if (solution->status == SolveStatus::interrupted) {
    return tl::unexpected(Error{Error::Kind::interrupted, "interrupted while tightening bounds"});
  }
  double value = kInfinity;
  const auto attain = [&](const std::vector<double>& values) {
    if (!values.empty()) value = std::min(value, attained(model, side, values));
  };
  attain(solution->values);
  // What cannot be (no point, none best) claims nothing.
  const double claim = std::min(solution->bound, value);
  if (claim == -kInfinity) return SideBound{};
  const double target = claim - kClaimSlack * std::max(1.0, std::abs(claim));
  const ProofResult proof = prove(program, target, deadline);
  attain(proof.values);
  const bool exact = value - proof.bound <= kBoundSlack * std::max(1.0, std::abs(value));
  return SideBound{proof.bound, exact ? BoundSource::exact : BoundSource::stopped};
}

}  // namespace brink
