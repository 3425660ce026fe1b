// One case: both engines' answers held against the oracle's.
#pragma once

#include <string>
#include <vector>

#include "cases.h"

namespace brink::oracle {

struct Verdict {
  std::vector<std::string> complaints;        ///< empty: the answer is right
  AnswerStatus status = AnswerStatus::error;  ///< of the MIP engine
  bool either = false;  ///< feasibility or distance jumps when the conditions move by 1e-6
  double seconds_engine = 0, seconds_oracle = 0;
};

/// What is demanded of the answer is written beside each check in check.cpp.
Verdict check_case(const Case& c);

}  // namespace brink::oracle
