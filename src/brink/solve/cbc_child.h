// Private to this folder: CBC in the process of a solve.
#pragma once

#include "brink/solve/process.h"

namespace brink::cbc {

/// Tells the relaxation's bound, solutions as they are found, and gives the result. Once a process.
Solution solve(const SolveRequest& request, const Tell& tell);

}  // namespace brink::cbc
