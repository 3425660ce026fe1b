// SCIP, by the C functions of libscip (8 or newer).
//
// A status is taken by its words (SCIPprintStatus), whose numbers changed between versions. It has
// one thread. Dropped: squares as columns t >= v^2, since SCIP's objectives are linear (DNN1 image
// 0, true L2: bound 0 after 9 s of a processor, where tangents had 0.80 of 0.91).
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "brink/solve/table.h"
#include "brink/solve/vendor.h"

namespace brink {

namespace {

struct Scip;
struct ScipVar;
struct ScipCons;
struct ScipSol;
struct ScipHeur;

constexpr double kScipInfinity = 1e20;

struct ScipApi {
  const Library& library;
  Call<int()> major{library, "SCIPmajorVersion"};
  Call<int()> minor{library, "SCIPminorVersion"};
  Call<int()> technical{library, "SCIPtechVersion"};
  Call<int(Scip**)> create{library, "SCIPcreate"};
  Call<int(Scip**)> free{library, "SCIPfree"};
  Call<int(Scip*)> include_plugins{library, "SCIPincludeDefaultPlugins"};
  Call<void(Scip*, unsigned)> set_quiet{library, "SCIPsetMessagehdlrQuiet"};
  Call<int(Scip*, const char*)> create_problem{library, "SCIPcreateProbBasic"};
  Call<int(Scip*, const char*, double)> set_real{library, "SCIPsetRealParam"};
  Call<int(Scip*, const char*, int)> set_int{library, "SCIPsetIntParam"};
  Call<int(Scip*, const char*, unsigned)> set_bool{library, "SCIPsetBoolParam"};
  Call<int(Scip*, double)> add_offset{library, "SCIPaddOrigObjoffset"};
  Call<int(Scip*, double)> set_objective_limit{library, "SCIPsetObjlimit"};
  Call<int(Scip*, ScipVar**, const char*, double, double, double, int)> create_var{
      library, "SCIPcreateVarBasic"};
  Call<int(Scip*, ScipVar*)> add_var{library, "SCIPaddVar"};
  Call<int(Scip*, ScipVar**)> release_var{library, "SCIPreleaseVar"};
  Call<int(Scip*, ScipVar*, ScipVar**)> negated{library, "SCIPgetNegatedVar"};
  Call<int(Scip*, ScipCons*)> add_cons{library, "SCIPaddCons"};
  Call<int(Scip*, ScipCons**)> release_cons{library, "SCIPreleaseCons"};
  Call<int(Scip*, ScipCons**, const char*, int, ScipVar**, double*, double, double)> create_linear{
      library, "SCIPcreateConsBasicLinear"};
  Call<int(Scip*, ScipCons**, const char*, ScipVar*, int, ScipVar**, double*, double)>
      create_indicator{library, "SCIPcreateConsBasicIndicator"};
  Call<int(Scip*, ScipCons**, const char*, int, ScipVar**, double*)> create_sos2{
      library, "SCIPcreateConsBasicSOS2"};
  Call<int(Scip*, ScipSol**, ScipHeur*)> create_partial{library, "SCIPcreatePartialSol"};
  Call<int(Scip*, ScipSol*, ScipVar*, double)> set_value{library, "SCIPsetSolVal"};
  Call<int(Scip*, ScipSol**, unsigned*)> add_solution{library, "SCIPaddSolFree"};
  Call<int(Scip*)> solve{library, "SCIPsolve"};
  Call<int(Scip*, std::FILE*)> print_status{library, "SCIPprintStatus"};
  Call<ScipSol*(Scip*)> best{library, "SCIPgetBestSol"};
  Call<double(Scip*, ScipSol*, ScipVar*)> value{library, "SCIPgetSolVal"};
  Call<double(Scip*)> dual_bound{library, "SCIPgetDualbound"};
  Call<long long(Scip*)> nodes{library, "SCIPgetNTotalNodes"};
};

std::string scip_version(const Library& library) {
  const ScipApi api{library};
  return fmt::format("{}.{}.{}", api.major(), api.minor(), api.technical());
}

class ScipSolve {
 public:
  ScipSolve(const Library& library, const SolveRequest& request)
      : api_{library}, request_(request) {
    hold(api_.create(&scip_));
    hold(api_.include_plugins(scip_));
    api_.set_quiet(scip_, 1);
    hold(api_.create_problem(scip_, "brink"));
    set_parameters();
    load();
    add_start();
  }
  ~ScipSolve() {
    for (ScipVar*& var : vars_) api_.release_var(scip_, &var);
    if (scip_ != nullptr) api_.free(&scip_);
  }
  ScipSolve(const ScipSolve&) = delete;
  ScipSolve& operator=(const ScipSolve&) = delete;

  Solution run() {
    hold(api_.solve(scip_));
    Solution solution;
    solution.nodes = api_.nodes(scip_);
    solution.bound = api_.dual_bound(scip_);
    if (ScipSol* best = api_.best(scip_); best != nullptr) {
      for (std::size_t c = 0; c < request_.program.columns.size(); ++c) {
        solution.values.push_back(api_.value(scip_, best, vars_[c]));
      }
    }
    judge(status_text(), solution);
    return solution;
  }

 private:
  static void hold(int code) {
    if (code != 1) throw std::runtime_error(fmt::format("SCIP's error {}", code));
  }

  void set_parameters() {
    hold(api_.set_bool(scip_, "misc/catchctrlc", 0));
    hold(api_.set_int(scip_, "timing/clocktype", 2));  // the clock on the wall
    hold(api_.set_real(scip_, "limits/time", std::min(request_.limit, kScipInfinity)));
    hold(api_.set_real(scip_, "limits/gap", request_.relative_gap));
    hold(api_.set_real(scip_, "numerics/feastol", 1e-9));
    hold(api_.set_real(scip_, "numerics/dualfeastol", 1e-9));
  }

  void add_column(const std::string& name, double lower, double upper, double cost, int kind) {
    ScipVar* var = nullptr;
    hold(api_.create_var(scip_, &var, name.c_str(), lower, upper, cost, kind));
    vars_.push_back(var);
    hold(api_.add_var(scip_, var));
  }

  void add_cons(ScipCons* cons) {
    hold(api_.add_cons(scip_, cons));
    hold(api_.release_cons(scip_, &cons));
  }

  std::vector<ScipVar*> vars_of(const std::vector<Term>& terms) const {
    std::vector<ScipVar*> vars;
    for (const Term& term : terms) vars.push_back(vars_[static_cast<std::size_t>(term.column)]);
    return vars;
  }

  void load() {
    const Program& program = request_.program;
    const Table table = table_of(program, {}, kScipInfinity);
    for (std::size_t c = 0; c < program.columns.size(); ++c) {
      const int kind = table.kind[c] == 'B' ? 0 : table.kind[c] == 'I' ? 1 : 3;
      add_column(program.columns[c].name, table.lower[c], table.upper[c], table.cost[c], kind);
    }
    hold(api_.add_offset(scip_, program.offset));
    if (request_.cutoff) hold(api_.set_objective_limit(scip_, *request_.cutoff));
    for (const SideRow& row : side_rows(program)) {
      auto vars = vars_of(*row.terms);
      auto coefficients = row.coefficients();
      ScipCons* cons = nullptr;
      hold(api_.create_linear(scip_, &cons, "row", static_cast<int>(vars.size()), vars.data(),
                              coefficients.data(), row.sense == 'L' ? -kScipInfinity : row.rhs,
                              row.sense == 'G' ? kScipInfinity : row.rhs));
      add_cons(cons);
    }
    for (const SideRow& row : indicator_rows(program)) {
      if (row.sense != 'G') add_indicator(row, 1);
      if (row.sense != 'L') add_indicator(row, -1);
    }
    add_sets();
  }

  /// sign * row <= sign * rhs where the binary has the value.
  void add_indicator(const SideRow& row, double sign) {
    ScipVar* binary = vars_[static_cast<std::size_t>(row.binary)];
    if (!row.value) hold(api_.negated(scip_, binary, &binary));
    auto vars = vars_of(*row.terms);
    auto coefficients = row.coefficients();
    for (double& coefficient : coefficients) coefficient *= sign;
    ScipCons* cons = nullptr;
    hold(api_.create_indicator(scip_, &cons, "indicator", binary, static_cast<int>(vars.size()),
                               vars.data(), coefficients.data(), sign * row.rhs));
    add_cons(cons);
  }

  void add_sets() {
    for (const Sos2& set : request_.program.sos2) {
      std::vector<ScipVar*> vars;
      std::vector<double> weights;
      for (const int column : set.columns) {
        vars.push_back(vars_[static_cast<std::size_t>(column)]);
        weights.push_back(static_cast<double>(weights.size() + 1));
      }
      ScipCons* cons = nullptr;
      hold(api_.create_sos2(scip_, &cons, "set", static_cast<int>(vars.size()), vars.data(),
                            weights.data()));
      add_cons(cons);
    }
  }

  void add_start() {
    if (request_.start.empty()) return;
    ScipSol* start = nullptr;
    hold(api_.create_partial(scip_, &start, nullptr));
    for (const Hint& hint : request_.start) {
      hold(api_.set_value(scip_, start, vars_[static_cast<std::size_t>(hint.column)], hint.value));
    }
    unsigned stored = 0;
    hold(api_.add_solution(scip_, &start, &stored));
  }

  std::string status_text() const {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* file = ::open_memstream(&text, &size);
    if (file == nullptr) throw std::runtime_error("no memory");
    api_.set_quiet(scip_, 0);  // else it prints nothing
    api_.print_status(scip_, file);
    std::fclose(file);
    std::string result(text, size);
    std::free(text);
    return result;
  }

  static void judge(const std::string& text, Solution& solution) {
    const auto says = [&text](const char* words) { return text.find(words) != std::string::npos; };
    if (says("optimal")) {
      solution.status = SolveStatus::optimal;
    } else if (says("infeasible or unbounded")) {
      solution.status = SolveStatus::unbounded;
      solution.detail = kInfeasibleOrUnbounded;
    } else if (says("infeasible")) {
      solution.status = SolveStatus::infeasible;
    } else if (says("unbounded")) {
      solution.status = SolveStatus::unbounded;
    } else if (says("gap limit")) {
      solution.status = SolveStatus::gap;
    } else if (says("time limit")) {
      solution.status = SolveStatus::time_limit;
    } else {
      solution.detail = "SCIP says: " + text;
    }
  }

  ScipApi api_;
  const SolveRequest& request_;
  Scip* scip_ = nullptr;
  std::vector<ScipVar*> vars_;  ///< of the program's columns
};

Solution scip_solve(const Library& library, const SolveRequest& request, const Tell& /*tell*/) {
  return ScipSolve(library, request).run();
}

}  // namespace

const Vendor& scip() {
  static const Vendor kVendor{
      .name = "scip",
      .title = "SCIP",
      .places = {{"libscip*.so*"},
                 {"pyscipopt.libs", "PySCIPOpt.libs"},
                 {"SCIPOPTDIR/lib", "SCIP_HOME/lib"},
                 {"/opt/scip*/lib", "/usr/local/scip*/lib"}},
      .get = "pip install pyscipopt",
      .least_major = 8,
      .squares = false,
      .version = scip_version,
      .solve = scip_solve,
  };
  return kVendor;
}

}  // namespace brink
