// CBC through its command-line driver (CbcMain1): preprocessing, cuts and heuristics as its users
// know them.
//
// One child process a solve, forked or, where a program for it is named (helper.h), started.
// CBC 2.10 keeps global state (parameter tables, signal handlers, a pointer to the model in work)
// and overruns its time limit in preprocessing, in root cuts and in heuristics; a child makes
// solves independent and lets the parent end one at any moment. The child sends the bound of its LP
// relaxation first, then solutions as they are found, and the result; if it has to be killed, the
// first is what was proven and the last solution what was found.
//
// What CBC says is believed with care:
//  - A stopped CBC may call itself finished: a node LP cut short by the time limit can count as
//    infeasible. So the search is stopped between nodes by an event handler; CBC's own limit lies
//    behind, as a fallback, and a run that reaches it is trusted for its incumbent only.
//  - The default cutoff increment (1e-5) drops better solutions: set to 1e-10.
//  - Its preprocessing returns false optima and infeasibilities on models with -d <= x - x~ <= d
//    (6 of 4,000 tiny oracle cases; none without it): off. Without it two in 14,000 die in a
//    heuristic's assertion: a solve whose process died is tried once more without heuristics.
//  - Integrality is tightened to 1e-9, since M times the tolerance leaks through big-M rows.
// Dropped: CbcModel without the driver (no preprocessing, several times slower); -seconds as the
// only limit (wrong "optimal" on stopped runs).
#include "brink/solve/cbc.h"

#include "brink/solve/indicator.h"
#include "brink/solve/process.h"

namespace brink {

namespace {

/// How long after its limit a child may still send its result.
constexpr double kPatience = 0.35;

}  // namespace

Expected<Solution> CbcSolver::solve(const Program& program, const SolveOptions& options) const {
  if (const auto sound = check(program); !sound) return tl::unexpected(sound.error());
  if (program.has_squares() || !program.sos2.empty()) {
    return bad_request("cbc has neither squares nor sets of type 2");
  }
  Expected<Program> plain = without_indicators(program);
  if (!plain) return tl::unexpected(plain.error());
  SolveRequest request;
  request.program = std::move(*plain);
  request.relative_gap = options.relative_gap;
  request.cutoff = options.cutoff;
  request.limit = options.deadline.remaining();
  Expected<Solution> solution = solve_in_process(request, options.deadline, kPatience);
  if (solution && solution->status == SolveStatus::failed) {
    request.heuristics = false;
    request.limit = options.deadline.remaining();
    solution = solve_in_process(request, options.deadline, kPatience);
  }
  return solution;
}

}  // namespace brink
