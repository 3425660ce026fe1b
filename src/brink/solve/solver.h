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

/// A value that a column has in a point worth beginning from.
struct Hint {
  int column = 0;
  double value = 0;
};

struct SolveOptions {
  Deadline deadline;             ///< stop then, keep incumbent and bound
  double relative_gap = 0;       ///< stop when (incumbent - bound) <= gap * |incumbent|
  std::optional<double> cutoff;  ///< only solutions better than this are of interest; "infeasible"
                                 ///< then means that there is none
  int threads = 1;               ///< at most; of solvers that have several
  std::vector<Hint> start;       ///< a hint, of some columns: solvers complete it or, as CBC, leave
                                 ///< it
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
  /// Whether columns may have squares in the objective; otherwise `solve` refuses them.
  virtual bool squares() const { return false; }
  /// Whether SolveOptions::start is of any use.
  virtual bool takes_starts() const { return false; }
  /// Whether there may be sets of type 2; likewise.
  virtual bool sos2() const { return false; }
  /// An error for a malformed program or an option that this solver lacks.
  virtual Expected<Solution> solve(const Program& program, const SolveOptions& options) const = 0;
};

/// "cbc", which is in brink, or one that the user has (vendor.h). Errors: an unknown name; one that
/// is not found, cannot be opened or is too old, and how to get it.
Expected<std::unique_ptr<MipSolver>> make_solver(std::string_view name);
/// All of them, found or not.
std::vector<std::string> solver_names();

}  // namespace brink
