// A lower bound on a mixed-integer program that multipliers prove, without a MIP solver's word.
#pragma once

#include <cstdint>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/program/program.h"

namespace brink {

struct ProofResult {
  /// No point of the program has a smaller objective; at most the target. Infinity: there is none.
  double bound = -kInfinity;
  /// A point found on the way whose objective is below the target: the program's best, up to the
  /// tolerances of linear programs, if the proof ended before its deadline. Empty: none.
  std::vector<double> values;
  std::int64_t nodes = 0;
};

/// Proves that the minimum is at least `target` (infinity: that there is no point), or what it can.
/// Integer columns must be binary; there are no indicators.
ProofResult prove(const Program& program, double target, const Deadline& deadline);

}  // namespace brink
