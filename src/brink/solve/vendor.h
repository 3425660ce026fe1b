// Solvers of other makers, whose libraries the user has: what is common to their adapters.
//
// An adapter (gurobi.cpp, scip.cpp, highs.cpp, cplex.cpp, xpress.cpp, copt.cpp) declares the few C
// functions it calls, translates a program and says what came of it. It runs in the process of a
// solve (process.h): it may throw, print, be killed.
#pragma once

#include <span>

#include "brink/solve/library.h"
#include "brink/solve/process.h"
#include "brink/solve/solver.h"

namespace brink {

struct Vendor {
  std::string name;             ///< as typed: "gurobi"
  std::string title;            ///< "Gurobi"
  LibraryPlaces places;         ///< of its library
  std::string get;              ///< how to come by it
  std::string free_limit = {};  ///< what it solves without a licence
  int least_major = 0;          ///< the oldest version understood
  bool indicators = true;
  bool squares = true;  ///< of columns, in the objective
  bool sos2 = true;
  /// "13.0.3"; throws std::runtime_error where a function is missing.
  std::string (*version)(const Library&) = nullptr;
  /// Throws std::runtime_error with the solver's words. `objective` and `bound` with the offset.
  Solution (*solve)(const Library&, const SolveRequest&, const Tell&) = nullptr;
};

const Vendor& gurobi();
const Vendor& scip();
const Vendor& highs();
const Vendor& cplex();
const Vendor& xpress();
const Vendor& copt();

/// All of them, as they are listed.
const std::vector<const Vendor*>& vendors();

/// `unbounded` with this detail: the solver could not tell which.
inline constexpr const char* kInfeasibleOrUnbounded = "infeasible or unbounded";

/// What a solver's code means.
struct StatusCode {
  int code = 0;
  SolveStatus status = SolveStatus::failed;
  const char* detail = "";
};
/// Whether the code is one of these; the solution then says so.
bool judged(std::span<const StatusCode> codes, int code, Solution& solution);

/// In the process of a solve: request.solver's adapter on request.library. A program without
/// columns asks for the version alone, as `detail`.
Solution solve_by_vendor(const SolveRequest& request, const Tell& tell);

/// What `brink solvers` says of one.
struct SolverFacts {
  std::string name, title;
  std::filesystem::path library;  ///< empty: not found, or none needed
  std::string version;            ///< empty: not to be had
  std::string licence;            ///< what it solves here, as tried
  std::string trouble;            ///< one line; empty: it solves
};
/// Of CBC and every vendor's; tries each one found on small programs.
std::vector<SolverFacts> solver_facts();

/// An error: not found, not to be opened, too old; how to get it.
Expected<std::unique_ptr<MipSolver>> make_vendor_solver(const Vendor& vendor);

}  // namespace brink
