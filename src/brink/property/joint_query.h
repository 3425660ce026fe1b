// A query of several networks as one of a single network: all of them side by side.
#pragma once

#include "brink/property/property.h"

namespace brink {

struct JointQuery {
  Query query;     ///< of one network: first the inputs, then the outputs of each network in turn
  int inputs = 0;  ///< how many of its numbers are inputs
  std::vector<std::vector<int>> reads;  ///< of each network, of each input: which of these it is
  std::vector<int> numbers;             ///< of each number of the query as it was: its number here
};

/// Inputs that are asserted to be equal (x - y = 0, in all cases) are one. Rows that always hold
/// are left out.
JointQuery joined(const Query& query);

}  // namespace brink
