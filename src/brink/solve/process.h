// One process a solve: started for it, told on through a pipe, ended at any moment.
//
// A fork, or a program of its own where one is named (helper.h). Solvers are built to be alone in a
// process: CBC keeps global state, others take signals, print, start threads or die of what they
// are given. So solves of several threads never meet, a limit that a solver overruns is kept all
// the same, and a solver that crashes is an answer's trouble, not the run's.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "brink/solve/solver.h"

namespace brink {

/// A solve as the child sees it.
struct SolveRequest {
  Program program;
  double relative_gap = 0;
  std::optional<double> cutoff;
  bool heuristics = true;  ///< cbc only
  double limit = 0;        ///< seconds
  int threads = 1;
  std::vector<Hint> start;
  std::string solver = "cbc";
  std::filesystem::path library;  ///< of the solver; empty: cbc
};

/// What is known so far: a bound, a solution. Sent on; the last one counts if there is no result.
using Tell = std::function<void(const Solution&)>;

/// Runs a solve in a process of its own; ends it `patience` seconds after its limit. An error: no
/// process could be started.
Expected<Solution> solve_in_process(const SolveRequest& request, const Deadline& deadline,
                                    double patience);

/// The child: solves, sends what it learns into `descriptor` and ends the process.
[[noreturn]] void work(int descriptor, const SolveRequest& request);

}  // namespace brink
