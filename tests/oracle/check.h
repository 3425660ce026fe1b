// One case: both engines' answers held against the oracle's.
#pragma once

#include <string>
#include <vector>

#include "cases.h"
#include "oracle.h"

namespace brink::oracle {

struct Truth {
  std::optional<Real> distance;        ///< in the question's own norm, with lead 0
  std::optional<Real> linearised;      ///< of those, where breakpoints are asked
  std::optional<Real> measured;        ///< with the answer's lead; linearised likewise
  std::optional<Real> led_distance;    ///< `distance` of images with the answer's lead
  std::optional<Real> easier, harder;  ///< `measured` with the conditions moved by -+ 1e-6
  bool parts_agree = true;             ///< the two descriptions of the fooled set
  /// Feasibility or distance jumps when the conditions move.
  bool either() const;
};
/// `lead`: of the answer that is looked at.
Truth find_truth(const Case& c, double lead);

struct Verdict {
  std::vector<std::string> complaints;        ///< empty: the answer is right
  AnswerStatus status = AnswerStatus::error;  ///< of the MIP engine
  bool gave_up = false;                       ///< the oracle itself
  bool either = false;  ///< feasibility or distance jumps when the conditions move by 1e-6
  double seconds_engine = 0, seconds_oracle = 0;
};

/// What is demanded of the answer is written beside each check in check.cpp.
Verdict check_case(const Case& c);

/// What the answer claims and is not so: images, bounds, "optimal", "infeasible". Claiming little
/// is no fault here. `truth` may be that of the same question asked of the same function.
std::vector<std::string> false_claims(const Case& c, const Truth& truth,
                                      const ClosestAnswer& answer);

}  // namespace brink::oracle
