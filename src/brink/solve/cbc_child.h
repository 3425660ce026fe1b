// Private to this folder: the process that solves for a parent, and what it tells it.
#pragma once

#include "brink/solve/solver.h"

namespace brink::cbc {

/// What the child tells the parent: after the relaxation, with each solution and at the end.
struct Message {
  SolveStatus status = SolveStatus::time_limit;
  double objective = kInfinity;
  double bound = -kInfinity;
  std::int64_t nodes = 0;
  std::int64_t value_count = 0;  ///< doubles that follow
  bool last = false;
};

/// Solves and sends messages into `descriptor`; ends the process. `heuristics`: CBC's own.
[[noreturn]] void work(int descriptor, const Program& program, const SolveOptions& options,
                       bool heuristics, double limit);

}  // namespace brink::cbc
