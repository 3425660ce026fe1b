#include "brink/solve/vendor.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <mutex>

#include "brink/solve/indicator.h"

namespace brink {

namespace {

/// How long after its limit a solver may still send its result: they look at the clock between
/// steps of their own.
constexpr double kVendorPatience = 3;

/// Larger is infinity to all of them.
constexpr double kVendorInfinity = 1e20;

constexpr double kProbeSeconds = 20;

double without_infinity(double value) {
  if (std::isnan(value)) return -kInfinity;
  return std::abs(value) >= kVendorInfinity ? std::copysign(kInfinity, value) : value;
}

/// What the solver's numbers mean here: see Solution.
Solution told(Solution solution, const SolveRequest& request) {
  if (solution.values.empty()) {
    solution.objective = kInfinity;
  } else {
    solution.objective = objective_value(request.program, solution.values);
  }
  solution.bound = without_infinity(solution.bound);
  if (request.cutoff && !(solution.objective < *request.cutoff)) {
    solution.values.clear();
    solution.objective = kInfinity;
    const bool done =
        solution.status == SolveStatus::optimal || solution.status == SolveStatus::gap;
    if (done && (solution.status == SolveStatus::optimal || solution.bound >= *request.cutoff)) {
      solution.status = SolveStatus::infeasible;
    }
  }
  if (solution.status == SolveStatus::infeasible) {
    solution.values.clear();
    solution.objective = solution.bound = kInfinity;
  } else {
    const double most = request.cutoff.value_or(kInfinity);
    solution.bound = std::min({solution.bound, solution.objective, most});
  }
  if (solution.bound == kInfinity && solution.status != SolveStatus::infeasible) {
    solution.bound = -kInfinity;  // nothing found and nothing said
  }
  if (solution.status == SolveStatus::optimal && request.relative_gap > 0) {
    solution.status = SolveStatus::gap;  // the caller compares
  }
  return solution;
}

class VendorSolver final : public MipSolver {
 public:
  VendorSolver(const Vendor& vendor, std::filesystem::path library)
      : vendor_(vendor), library_(std::move(library)) {}
  std::string_view name() const override { return vendor_.name; }
  bool native_indicators() const override { return vendor_.indicators; }
  bool squares() const override { return vendor_.squares; }
  bool sos2() const override { return vendor_.sos2; }
  bool takes_starts() const override { return true; }

  Expected<Solution> solve(const Program& program, const SolveOptions& options) const override {
    auto request = request_of(program, options);
    if (!request) return tl::unexpected(request.error());
    if (request->limit <= 0) {
      Solution none;
      none.status =
          options.deadline.interrupted() ? SolveStatus::interrupted : SolveStatus::time_limit;
      return none;
    }
    auto solution = solve_in_process(*request, options.deadline, kVendorPatience);
    if (!solution) return solution;
    if (solution->status == SolveStatus::unbounded && solution->detail == kInfeasibleOrUnbounded) {
      return told(told_apart(std::move(*solution), *request, options.deadline), *request);
    }
    return told(std::move(*solution), *request);
  }

 private:
  Expected<SolveRequest> request_of(const Program& program, const SolveOptions& options) const {
    if (const auto sound = check(program); !sound) return tl::unexpected(sound.error());
    if (program.has_squares() && !vendor_.squares) {
      return bad_request("{} has no squares of columns", vendor_.name);
    }
    if (!program.sos2.empty() && !vendor_.sos2) {
      return bad_request("{} has no sets of type 2", vendor_.name);
    }
    SolveRequest request;
    request.program = program;
    if (!vendor_.indicators) {
      auto plain = without_indicators(program);
      if (!plain) return tl::unexpected(plain.error());
      request.program = std::move(*plain);
    }
    request.relative_gap = options.relative_gap;
    request.cutoff = options.cutoff;
    request.limit = options.deadline.remaining();
    request.threads = std::max(1, options.threads);
    request.start = options.start;
    request.solver = vendor_.name;
    request.library = library_;
    return request;
  }

  /// Without costs nothing is unbounded: what is infeasible then always was.
  static Solution told_apart(Solution solution, SolveRequest request, const Deadline& deadline) {
    for (Column& column : request.program.columns) column.cost = column.square = 0;
    request.cutoff.reset();
    request.limit = deadline.remaining();
    const auto feasible = solve_in_process(request, deadline, kVendorPatience);
    if (feasible && feasible->status == SolveStatus::infeasible) {
      solution.status = SolveStatus::infeasible;
      solution.detail.clear();
    }
    return solution;
  }

  const Vendor& vendor_;
  std::filesystem::path library_;
};

/// The version, or what is wrong; asked once for each library.
struct Probe {
  std::string version;
  std::string trouble;
};

Probe probe_now(const Vendor& vendor, const std::filesystem::path& library) {
  SolveRequest request;
  request.solver = vendor.name;
  request.library = library;
  request.limit = kProbeSeconds;
  const auto solution = solve_in_process(request, Deadline::after(kProbeSeconds), 0);
  if (!solution) return {"", solution.error().message};
  if (solution->status != SolveStatus::optimal) {
    return {"", solution->detail.empty() ? "does not answer" : solution->detail};
  }
  const std::string& version = solution->detail;
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major >= vendor.least_major) return {version, ""};
  return {version, fmt::format("version {} is too old: {} or newer", version, vendor.least_major)};
}

Probe probe(const Vendor& vendor, const std::filesystem::path& library) {
  static std::mutex mutex;
  static std::map<std::string, Probe> known;
  const std::lock_guard lock(mutex);
  const auto [place, fresh] = known.try_emplace(vendor.name + " " + library.string());
  if (fresh) place->second = probe_now(vendor, library);
  return place->second;
}

/// size binaries, as many rows: what a licence of limited size does not take.
Program program_of(int size) {
  Program program;
  LinearExpression all;
  for (int i = 0; i < size; ++i) {
    all.terms.push_back({program.add_binary(fmt::format("v{}", i), -1.0 - i % 7), 1});
  }
  program.add_row("room", all, -kInfinity, 3);
  for (int i = 1; i < size; ++i) {
    program.add_row(fmt::format("row{}", i), {0, {{i - 1, 1}, {i, 1}}}, -kInfinity, 1);
  }
  return program;
}

/// Empty: it solves a program of that size.
std::string refusal(const MipSolver& solver, int size) {
  SolveOptions options;
  options.deadline = Deadline::after(kProbeSeconds);
  const auto solution = solver.solve(program_of(size), options);
  if (!solution) return solution.error().message;
  if (solution->status == SolveStatus::optimal) return "";
  return solution->detail.empty() ? std::string(name(solution->status)) : solution->detail;
}

SolverFacts facts_of(const Vendor& vendor) {
  SolverFacts facts{vendor.name, vendor.title, {}, "", "", ""};
  const auto library = find_library(vendor.name, vendor.places);
  if (!library || !*library) {
    facts.trouble = library ? "not found: " + vendor.get : library.error().message;
    return facts;
  }
  facts.library = **library;
  const Probe known = probe(vendor, **library);
  facts.version = known.version;
  facts.trouble = known.trouble;
  if (!facts.trouble.empty()) return facts;
  const VendorSolver solver(vendor, **library);
  facts.trouble = refusal(solver, 10);
  if (!facts.trouble.empty() || vendor.free_limit.empty()) {
    if (facts.trouble.empty()) facts.licence = "any size";
    return facts;
  }
  constexpr int kBeyondFreeLimits = 2600;  // of columns, and of rows
  const bool full = refusal(solver, kBeyondFreeLimits).empty();
  facts.licence = full ? "any size" : "at most " + vendor.free_limit;
  return facts;
}

}  // namespace

bool judged(std::span<const StatusCode> codes, int code, Solution& solution) {
  for (const StatusCode& known : codes) {
    if (known.code != code) continue;
    solution.status = known.status;
    solution.detail = known.detail;
    return true;
  }
  return false;
}

const std::vector<const Vendor*>& vendors() {
  static const std::vector<const Vendor*> kAll = {&gurobi(), &highs(),  &scip(),
                                                  &cplex(),  &xpress(), &copt()};
  return kAll;
}

Solution solve_by_vendor(const SolveRequest& request, const Tell& tell) {
  for (const Vendor* vendor : vendors()) {
    if (vendor->name != request.solver) continue;
    const Library library(request.library);
    if (!request.program.columns.empty()) return vendor->solve(library, request, tell);
    Solution solution;
    solution.status = SolveStatus::optimal;
    solution.detail = vendor->version(library);
    return solution;
  }
  Solution unknown;
  unknown.detail = fmt::format("no solver '{}'", request.solver);
  return unknown;
}

std::vector<SolverFacts> solver_facts() {
  std::vector<SolverFacts> all = {{"cbc", "COIN-OR CBC", {}, "in brink", "any size", ""}};
  for (const Vendor* vendor : vendors()) all.push_back(facts_of(*vendor));
  return all;
}

Expected<std::unique_ptr<MipSolver>> make_vendor_solver(const Vendor& vendor) {
  const auto library = find_library(vendor.name, vendor.places);
  if (!library) return tl::unexpected(library.error());
  if (!*library) {
    return bad_request(
        "solver '{}' is not found: {}, or say where {} is by --solver-library or "
        "BRINK_{}_LIBRARY (brink solvers lists what is found)",
        vendor.name, vendor.get, vendor.places.names.front(), upper_case(vendor.name));
  }
  const Probe known = probe(vendor, **library);
  if (!known.trouble.empty()) {
    return bad_request("solver '{}' in '{}': {}", vendor.name, (*library)->string(), known.trouble);
  }
  return std::make_unique<VendorSolver>(vendor, **library);
}

}  // namespace brink
