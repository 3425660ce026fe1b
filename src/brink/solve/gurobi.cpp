// Gurobi, by the C functions of libgurobi<version>.so (9.5 or newer).
//
// The wheel gurobipy carries the library, and a licence for 2,000 columns and rows that is for the
// package alone: where there is no other licence the package is asked (gurobi_python.h).
#include <stdexcept>

#include "brink/solve/gurobi_python.h"
#include "brink/solve/table.h"
#include "brink/solve/vendor.h"

namespace brink {

void judge_gurobi(int status, Solution& solution) {
  static constexpr StatusCode kCodes[] = {{2, SolveStatus::optimal},
                                          {3, SolveStatus::infeasible},
                                          {4, SolveStatus::unbounded, kInfeasibleOrUnbounded},
                                          {5, SolveStatus::unbounded},
                                          {6, SolveStatus::infeasible},  // nothing better
                                          {9, SolveStatus::time_limit}};
  if (judged(kCodes, status, solution)) return;
  solution.detail = fmt::format("Gurobi ended with status {}", status);
}

namespace {

struct GrbEnv;
struct GrbModel;
using GrbCallback = int(GrbModel*, void*, int, void*);

constexpr double kGrbInfinity = 1e100;

struct GurobiApi {
  const Library& library;
  Call<void(int*, int*, int*)> version{library, "GRBversion"};
  Call<int(GrbEnv**, int, int, int)> emptyenv{library, "GRBemptyenvinternal"};
  Call<int(GrbEnv*)> startenv{library, "GRBstartenv"};
  Call<void(GrbEnv*)> freeenv{library, "GRBfreeenv"};
  Call<const char*(GrbEnv*)> geterrormsg{library, "GRBgeterrormsg"};
  Call<int(GrbEnv*, const char*, int)> setintparam{library, "GRBsetintparam"};
  Call<int(GrbEnv*, const char*, double)> setdblparam{library, "GRBsetdblparam"};
  Call<int(GrbEnv*, GrbModel**, const char*, int, int, int, double, double*, char*, double*, int*,
           int*, int*, double*, double*, double*, char*, char**, char**)>
      loadmodel{library, "GRBloadmodel"};
  Call<int(GrbModel*)> freemodel{library, "GRBfreemodel"};
  Call<int(GrbModel*, const char*, int, int, int, const int*, const double*, char, double)>
      addindicator{library, "GRBaddgenconstrIndicator"};
  Call<int(GrbModel*, int, int, int*, int*, int*, double*)> addsos{library, "GRBaddsos"};
  Call<int(GrbModel*, int, int*, int*, double*)> addqpterms{library, "GRBaddqpterms"};
  Call<int(GrbModel*, const char*, int, int*, double*)> setdblattrlist{library,
                                                                       "GRBsetdblattrlist"};
  Call<int(GrbModel*, GrbCallback*, void*)> setcallback{library, "GRBsetcallbackfunc"};
  Call<int(void*, int, int, void*)> cbget{library, "GRBcbget"};
  Call<int(GrbModel*)> optimize{library, "GRBoptimize"};
  Call<int(GrbModel*, const char*, int*)> getintattr{library, "GRBgetintattr"};
  Call<int(GrbModel*, const char*, double*)> getdblattr{library, "GRBgetdblattr"};
  Call<int(GrbModel*, const char*, int, int, double*)> getdblattrarray{library,
                                                                       "GRBgetdblattrarray"};
};

std::string gurobi_version(const Library& library) {
  int major = 0, minor = 0, technical = 0;
  GurobiApi{library}.version(&major, &minor, &technical);
  return fmt::format("{}.{}.{}", major, minor, technical);
}

struct NoLicence : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Environment and model, freed in order.
class GurobiSolve {
 public:
  GurobiSolve(const Library& library, const SolveRequest& request, const Tell& tell)
      : api_{library}, request_(request), tell_(tell) {
    int major = 0, minor = 0, technical = 0;
    api_.version(&major, &minor, &technical);
    hold(api_.emptyenv(&env_, major, minor, technical));
    hold(api_.setintparam(env_, "OutputFlag", 0));
    if (api_.startenv(env_) != 0) {
      const std::string words = api_.geterrormsg(env_);
      api_.freeenv(env_);
      throw NoLicence(words);
    }
    set_parameters();
    load();
  }
  ~GurobiSolve() {
    if (model_ != nullptr) api_.freemodel(model_);
    if (env_ != nullptr) api_.freeenv(env_);
  }
  GurobiSolve(const GurobiSolve&) = delete;
  GurobiSolve& operator=(const GurobiSolve&) = delete;

  Solution run() {
    hold(api_.setcallback(model_, &GurobiSolve::on_event, this));
    hold(api_.optimize(model_));
    int status = 0, found = 0;
    hold(api_.getintattr(model_, "Status", &status));
    hold(api_.getintattr(model_, "SolCount", &found));
    Solution solution;
    double nodes = 0;
    if (api_.getdblattr(model_, "NodeCount", &nodes) == 0) {
      solution.nodes = static_cast<std::int64_t>(nodes);
    }
    double bound = -kInfinity;
    if (api_.getdblattr(model_, "ObjBound", &bound) == 0) solution.bound = bound;
    if (found > 0) {
      solution.values.resize(request_.program.columns.size());
      hold(api_.getdblattrarray(model_, "X", 0, static_cast<int>(solution.values.size()),
                                solution.values.data()));
    }
    judge_gurobi(status, solution);
    return solution;
  }

 private:
  void hold(int code) const {
    if (code != 0) throw std::runtime_error(api_.geterrormsg(env_));
  }

  void set_parameters() {
    hold(api_.setintparam(env_, "Threads", request_.threads));
    hold(api_.setdblparam(env_, "TimeLimit", std::min(request_.limit, kGrbInfinity)));
    hold(api_.setdblparam(env_, "MIPGap", request_.relative_gap));
    hold(api_.setdblparam(env_, "MIPGapAbs", 0));
    for (const char* name : {"FeasibilityTol", "OptimalityTol", "IntFeasTol"}) {
      hold(api_.setdblparam(env_, name, 1e-9));
    }
    if (request_.cutoff) hold(api_.setdblparam(env_, "Cutoff", *request_.cutoff));
  }

  void load() {
    const Program& program = request_.program;
    Table table = table_of(program, side_rows(program), kGrbInfinity);
    for (char& sense : table.sense) sense = sense == 'L' ? '<' : sense == 'G' ? '>' : '=';
    hold(api_.loadmodel(env_, &model_, "brink", table.columns(), table.rows(), 1, program.offset,
                        table.cost.data(), table.sense.data(), table.rhs.data(), table.start.data(),
                        table.length.data(), table.index.data(), table.value.data(),
                        table.lower.data(), table.upper.data(), table.kind.data(), nullptr,
                        nullptr));
    for (const SideRow& row : indicator_rows(program)) {
      const auto columns = row.columns();
      const auto coefficients = row.coefficients();
      hold(api_.addindicator(model_, nullptr, row.binary, row.value ? 1 : 0,
                             static_cast<int>(columns.size()), columns.data(), coefficients.data(),
                             row.sense == 'L'   ? '<'
                             : row.sense == 'G' ? '>'
                                                : '=',
                             row.rhs));
    }
    if (SetTable sets = sets_of(program); sets.sets() > 0) {
      std::vector<int> types(static_cast<std::size_t>(sets.sets()), 2);
      hold(api_.addsos(model_, sets.sets(), static_cast<int>(sets.columns.size()), types.data(),
                       sets.start.data(), sets.columns.data(), sets.weights.data()));
    }
    if (Squares squares = squares_of(program); squares.size() > 0) {
      hold(api_.addqpterms(model_, squares.size(), squares.columns.data(), squares.columns.data(),
                           squares.factors.data()));
    }
    std::vector<int> columns;
    std::vector<double> values;
    for (const Hint& hint : request_.start) {
      columns.push_back(hint.column);
      values.push_back(hint.value);
    }
    if (!columns.empty()) {
      hold(api_.setdblattrlist(model_, "Start", static_cast<int>(columns.size()), columns.data(),
                               values.data()));
    }
  }

  /// 4: a new incumbent, with its values and the bound.
  static int on_event(GrbModel* /*model*/, void* data, int where, void* self) {
    if (where != 4) return 0;
    const auto& solve = *static_cast<const GurobiSolve*>(self);
    Solution news;
    news.status = SolveStatus::time_limit;
    news.values.resize(solve.request_.program.columns.size());
    const bool told = solve.api_.cbget(data, where, 4001, news.values.data()) == 0 &&
                      solve.api_.cbget(data, where, 4002, &news.objective) == 0 &&
                      solve.api_.cbget(data, where, 4004, &news.bound) == 0;
    if (told) solve.tell_(news);
    return 0;
  }

  GurobiApi api_;
  const SolveRequest& request_;
  const Tell& tell_;
  GrbEnv* env_ = nullptr;
  GrbModel* model_ = nullptr;
};

Solution gurobi_solve(const Library& library, const SolveRequest& request, const Tell& tell) {
  try {
    return GurobiSolve(library, request, tell).run();
  } catch (const NoLicence&) {
    if (library.path().string().find("/gurobipy/") == std::string::npos) throw;
  }
  return solve_by_gurobipy(library, request, tell);
}

}  // namespace

const Vendor& gurobi() {
  static const Vendor kVendor{
      .name = "gurobi",
      .title = "Gurobi",
      .places = {{"libgurobi[0-9]*.so"},
                 {"gurobipy/.libs"},
                 {"GUROBI_HOME/lib"},
                 {"/opt/gurobi*/linux64/lib"}},
      .get = "pip install gurobipy",
      .free_limit = "2,000 columns and 2,000 rows (200 columns with squares)",
      .least_major = 10,
      .version = gurobi_version,
      .solve = gurobi_solve,
  };
  return kVendor;
}

}  // namespace brink
