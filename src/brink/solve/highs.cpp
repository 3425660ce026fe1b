// HiGHS, by the C functions of libhighs (1.5 or newer).
//
// The wheel highspy has no C functions; highsbox and distributions' packages have the library.
// HiGHS has neither indicators nor sets nor, with integers, squares: indicators become big-M rows.
#include <algorithm>
#include <limits>
#include <stdexcept>

#include "brink/solve/table.h"
#include "brink/solve/vendor.h"

namespace brink {

namespace {

struct HighsApi {
  const Library& library;
  Call<const char*()> version{library, "Highs_version"};
  Call<void*()> create{library, "Highs_create"};
  Call<void(void*)> destroy{library, "Highs_destroy"};
  Call<int(void*, const char*, int)> set_bool{library, "Highs_setBoolOptionValue"};
  Call<int(void*, const char*, int)> set_int{library, "Highs_setIntOptionValue"};
  Call<int(void*, const char*, double)> set_double{library, "Highs_setDoubleOptionValue"};
  Call<int(void*, int, int, int, int, int, double, const double*, const double*, const double*,
           const double*, const double*, const int*, const int*, const double*, const int*)>
      pass_mip{library, "Highs_passMip"};
  Call<int(void*, int, const int*, const double*)> set_solution{library, "Highs_setSparseSolution"};
  Call<int(void*)> run{library, "Highs_run"};
  Call<int(const void*)> model_status{library, "Highs_getModelStatus"};
  Call<int(const void*, const char*, int*)> get_int{library, "Highs_getIntInfoValue"};
  Call<int(const void*, const char*, std::int64_t*)> get_int64{library, "Highs_getInt64InfoValue"};
  Call<int(const void*, const char*, double*)> get_double{library, "Highs_getDoubleInfoValue"};
  Call<int(const void*, double*, double*, double*, double*)> get_solution{library,
                                                                          "Highs_getSolution"};
};

std::string highs_version(const Library& library) {
  return HighsApi{library}.version();
}

struct HighsModel {
  explicit HighsModel(const HighsApi& functions) : api(functions), model(api.create()) {
    if (model == nullptr) throw std::runtime_error("HiGHS has no model");
  }
  ~HighsModel() { api.destroy(model); }
  HighsModel(const HighsModel&) = delete;
  HighsModel& operator=(const HighsModel&) = delete;

  const HighsApi& api;
  void* model;
};

void hold_highs(int code, const char* doing) {
  if (code < 0) throw std::runtime_error(fmt::format("HiGHS failed {}", doing));
}

void set_highs_options(const HighsModel& highs, const SolveRequest& request) {
  const HighsApi& api = highs.api;
  api.set_bool(highs.model, "output_flag", 0);
  hold_highs(api.set_int(highs.model, "threads", request.threads), "to take its threads");
  hold_highs(api.set_double(highs.model, "time_limit", request.limit), "to take its time limit");
  hold_highs(api.set_double(highs.model, "mip_rel_gap", request.relative_gap), "to take its gap");
  for (const auto& [name, value] : {std::pair("mip_abs_gap", 0.0),
                                    {"mip_feasibility_tolerance", 1e-9},
                                    {"primal_feasibility_tolerance", 1e-9},
                                    {"dual_feasibility_tolerance", 1e-9}}) {
    hold_highs(api.set_double(highs.model, name, value), "to take its tolerances");
  }
}

void judge_highs(int status, Solution& solution) {
  static constexpr StatusCode kCodes[] = {{7, SolveStatus::optimal},
                                          {8, SolveStatus::infeasible},
                                          {9, SolveStatus::unbounded, kInfeasibleOrUnbounded},
                                          {10, SolveStatus::unbounded},
                                          {13, SolveStatus::time_limit}};
  if (judged(kCodes, status, solution)) return;
  solution.detail = fmt::format("HiGHS ended with model status {}", status);
}

Solution highs_solve(const Library& library, const SolveRequest& request, const Tell& /*tell*/) {
  const HighsApi api{library};
  const HighsModel highs(api);
  set_highs_options(highs, request);
  const Program& program = request.program;
  const Table table =
      table_of(program, side_rows(program), std::numeric_limits<double>::infinity());
  std::vector<double> row_lower, row_upper;
  for (std::size_t r = 0; r < table.rhs.size(); ++r) {
    row_lower.push_back(table.sense[r] == 'L' ? -kInfinity : table.rhs[r]);
    row_upper.push_back(table.sense[r] == 'G' ? kInfinity : table.rhs[r]);
  }
  std::vector<int> integer;
  for (const char kind : table.kind) integer.push_back(kind == 'C' ? 0 : 1);
  hold_highs(api.pass_mip(highs.model, table.columns(), table.rows(), table.start.back(), 1, 1,
                          program.offset, table.cost.data(), table.lower.data(), table.upper.data(),
                          row_lower.data(), row_upper.data(), table.start.data(),
                          table.index.data(), table.value.data(), integer.data()),
             "to take the program");
  std::vector<int> columns;
  std::vector<double> values;
  for (const Hint& hint : request.start) {
    columns.push_back(hint.column);
    values.push_back(hint.value);
  }
  if (!columns.empty()) {
    api.set_solution(highs.model, static_cast<int>(columns.size()), columns.data(), values.data());
  }
  hold_highs(api.run(highs.model), "to run");
  Solution solution;
  judge_highs(api.model_status(highs.model), solution);
  int primal = 0;
  api.get_int(highs.model, "primal_solution_status", &primal);
  if (primal == 2) {  // feasible
    solution.values.resize(program.columns.size());
    std::vector<double> duals(program.columns.size()), rows(table.rhs.size()),
        row_duals(table.rhs.size());
    hold_highs(api.get_solution(highs.model, solution.values.data(), duals.data(), rows.data(),
                                row_duals.data()),
               "to give its solution");
  }
  const bool integers = std::any_of(integer.begin(), integer.end(), [](int i) { return i != 0; });
  if (integers) {
    api.get_double(highs.model, "mip_dual_bound", &solution.bound);
    api.get_int64(highs.model, "mip_node_count", &solution.nodes);
  } else if (solution.status == SolveStatus::optimal) {
    api.get_double(highs.model, "objective_function_value", &solution.bound);
  }
  return solution;
}

}  // namespace

const Vendor& highs() {
  static const Vendor kVendor{
      .name = "highs",
      .title = "HiGHS",
      .places = {{"libhighs.so*"},
                 {"highsbox/highs_dist/lib"},
                 {"HIGHS_HOME/lib"},
                 {"/opt/highs*/lib", "/opt/HiGHS*/lib"}},
      .get = "pip install highsbox",
      .least_major = 1,
      .indicators = false,
      .squares = false,
      .sos2 = false,
      .version = highs_version,
      .solve = highs_solve,
  };
  return kVendor;
}

}  // namespace brink
