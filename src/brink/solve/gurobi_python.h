// Private to this folder: Gurobi through its Python package.
#pragma once

#include "brink/solve/vendor.h"

namespace brink {

/// What Gurobi's number for a status means.
void judge_gurobi(int status, Solution& solution);

/// As Vendor::solve, by the interpreter that the package of the library belongs to.
Solution solve_by_gurobipy(const Library& library, const SolveRequest& request, const Tell& tell);

}  // namespace brink
