#include "brink/solve/solver.h"

#include "brink/base/near_word.h"
#include "brink/solve/cbc.h"
#include "brink/solve/vendor.h"

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
  for (const Vendor* vendor : vendors()) {
    if (vendor->name == name) return make_vendor_solver(*vendor);
  }
  return unknown_word("solver", name, solver_names());
}

std::vector<std::string> solver_names() {
  std::vector<std::string> names = {"cbc"};
  for (const Vendor* vendor : vendors()) names.push_back(vendor->name);
  return names;
}

}  // namespace brink
