// The mixed-integer solver as brink sees it: a program and limits in, what was learned out.
//
// Every adapter passes one conformance suite (tests/solve/conformance_test.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/base/error.h"
#include "brink/program/program.h"

namespace brink {

/// What a solve ended with. Only `optimal` and `infeasible` are claims of proof (within the
/// solver's tolerances); everything that is not certain is `failed`.
enum class SolveStatus { optimal, infeasible, unbounded, gap, time_limit, interrupted, failed };

std::string_view name(SolveStatus status);

struct SolveOptions {
  Deadline deadline;             ///< stop then, keep incumbent and bound
  double relative_gap = 0;       ///< stop when (incumbent - bound) <= gap * |incumbent|
  std::optional<double> cutoff;  ///< only solutions better than this are of interest; "infeasible"
                                 ///< then means that there is none
};

struct Solution {
  SolveStatus status = SolveStatus::failed;
  std::vector<double> values;    ///< best solution found, one per column; empty if none
  double objective = kInfinity;  ///< of `values`, offset included
  double bound = -kInfinity;     ///< proven lower bound on the objective; with a cutoff, on the
                                 ///< smaller of optimum and cutoff
  std::int64_t nodes = 0;
  double seconds = 0;
  std::string detail;  ///< for `failed`: what the solver said
};

class MipSolver {
 public:
  virtual ~MipSolver() = default;
  virtual std::string_view name() const = 0;
  /// Whether indicators go to the solver as they are; otherwise they become big-M rows, with M from
  /// the column bounds, and `solve` refuses those whose columns are unbounded.
  virtual bool native_indicators() const = 0;
  /// An error for a malformed program or an option that this solver lacks.
  virtual Expected<Solution> solve(const Program& program, const SolveOptions& options) const = 0;
};

/// "cbc". Unknown names: an error listing the known ones.
Expected<std::unique_ptr<MipSolver>> make_solver(std::string_view name);

}  // namespace brink
