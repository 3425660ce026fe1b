#include "brink/solve/solver.h"

#include "brink/base/near_word.h"
#include "brink/solve/cbc.h"

namespace brink {

std::string_view name(SolveStatus status) {
  switch (status) {
    case SolveStatus::optimal:
      return "optimal";
    case SolveStatus::infeasible:
      return "infeasible";
    case SolveStatus::unbounded:
      return "unbounded";
    case SolveStatus::gap:
      return "gap";
    case SolveStatus::time_limit:
      return "time_limit";
    case SolveStatus::interrupted:
      return "interrupted";
    case SolveStatus::failed:
      return "failed";
  }
  return "?";
}

Expected<std::unique_ptr<MipSolver>> make_solver(std::string_view name) {
  if (name == "cbc") return std::make_unique<CbcSolver>();
  return unknown_word("solver", name, {"cbc"});
}

}  // namespace brink
