// Writing a program for other solvers. In both formats the offset is the cost of a column
// `objective_offset` fixed to 1, since readers disagree about constants.
#pragma once

#include <string>

#include "brink/program/program.h"

namespace brink {

/// Free-format MPS. Indicators cannot be written: an error that says to use big-M or LP format.
Expected<std::string> to_mps(const Program& program);

/// LP format, the dialect that SCIP, Gurobi and CPLEX share; indicators as `z = 1 -> x <= 0`.
Expected<std::string> to_lp(const Program& program);

}  // namespace brink
