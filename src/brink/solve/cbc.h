// The adapter to COIN-OR CBC, the embedded mixed-integer solver.
#pragma once

#include "brink/solve/solver.h"

namespace brink {

/// Each solve runs in a forked child process (see cbc.cpp), so solves of several threads never
/// meet inside the library and a solve can be ended at any moment.
class CbcSolver final : public MipSolver {
 public:
  std::string_view name() const override { return "cbc"; }
  bool native_indicators() const override { return false; }
  Expected<Solution> solve(const Program& program, const SolveOptions& options) const override;
};

}  // namespace brink
