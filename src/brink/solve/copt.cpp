// COPT, by the C functions of libcopt.so (6.0 or newer).
//
// The wheel coptpy has none of these functions: COPT's own installation has. Squares are left to
// tangents.
#include <cstdlib>
#include <stdexcept>

#include "brink/solve/table.h"
#include "brink/solve/vendor.h"

namespace brink {

namespace {

struct CoptEnv;
struct CoptProblem;

constexpr double kCoptInfinity = 1e30;

constexpr StatusCode kCoptCodes[] = {{1, SolveStatus::optimal},
                                     {2, SolveStatus::infeasible},
                                     {3, SolveStatus::unbounded},
                                     {4, SolveStatus::unbounded, kInfeasibleOrUnbounded},
                                     {8, SolveStatus::time_limit}};

struct CoptApi {
  const Library& library;
  Call<int(char*, int)> banner{library, "COPT_GetBanner"};
  Call<int(int, char*, int)> error{library, "COPT_GetRetcodeMsg"};
  Call<int(CoptEnv**)> create_env{library, "COPT_CreateEnv"};
  Call<int(CoptEnv**)> delete_env{library, "COPT_DeleteEnv"};
  Call<int(CoptEnv*, CoptProblem**)> create{library, "COPT_CreateProb"};
  Call<int(CoptProblem**)> destroy{library, "COPT_DeleteProb"};
  Call<int(CoptProblem*, int, int, int, double, const double*, const int*, const int*, const int*,
           const double*, const char*, const double*, const double*, const char*, const double*,
           const double*, const char* const*, const char* const*)>
      load{library, "COPT_LoadProb"};
  Call<int(CoptProblem*, int, int, int, const int*, const double*, char, double)> add_indicator{
      library, "COPT_AddIndicator"};
  Call<int(CoptProblem*, int, const int*, const int*, const int*, const int*, const double*)>
      add_sets{library, "COPT_AddSOSs"};
  Call<int(CoptProblem*, int, const int*, const double*)> add_start{library, "COPT_AddMipStart"};
  Call<int(CoptProblem*, const char*, int)> set_int{library, "COPT_SetIntParam"};
  Call<int(CoptProblem*, const char*, double)> set_double{library, "COPT_SetDblParam"};
  Call<int(CoptProblem*, const char*, int*)> get_int{library, "COPT_GetIntAttr"};
  Call<int(CoptProblem*, const char*, double*)> get_double{library, "COPT_GetDblAttr"};
  Call<int(CoptProblem*)> solve{library, "COPT_Solve"};
  Call<int(CoptProblem*, double*)> solution{library, "COPT_GetSolution"};
  Call<int(CoptProblem*, double*, double*, double*, double*)> lp_solution{library,
                                                                          "COPT_GetLpSolution"};
};

/// "Cardinal Optimizer v7.2.3. Build date ...".
std::string copt_version(const Library& library) {
  char text[1024] = "";
  CoptApi{library}.banner(text, sizeof text);
  const std::string banner = text;
  const std::size_t begin = banner.find_first_of("0123456789");
  if (begin == std::string::npos) return banner;
  const std::string number =
      banner.substr(begin, banner.find_first_not_of("0123456789.", begin) - begin);
  return number.substr(0, number.find_last_not_of('.') + 1);
}

class CoptSolve {
 public:
  explicit CoptSolve(const Library& library) : api_{library} {
    hold(api_.create_env(&env_));
    hold(api_.create(env_, &problem_));
  }
  ~CoptSolve() {
    if (problem_ != nullptr) api_.destroy(&problem_);
    if (env_ != nullptr) api_.delete_env(&env_);
  }
  CoptSolve(const CoptSolve&) = delete;
  CoptSolve& operator=(const CoptSolve&) = delete;

  Solution run(const SolveRequest& request) {
    set_parameters(request);
    load(request.program);
    add_start(request.start);
    hold(api_.solve(problem_));
    Solution solution;
    const std::size_t size = request.program.columns.size();
    if (attribute("IsMIP") == 0) {  // without integers
      judge("LpStatus", solution);
      if (solution.status == SolveStatus::optimal) {
        solution.values.resize(size);
        hold(api_.lp_solution(problem_, solution.values.data(), nullptr, nullptr, nullptr));
        hold(api_.get_double(problem_, "LpObjval", &solution.bound));
      }
      return solution;
    }
    judge("MipStatus", solution);
    if (attribute("HasMipSol") != 0) {
      solution.values.resize(size);
      hold(api_.solution(problem_, solution.values.data()));
    }
    solution.nodes = attribute("NodeCnt");
    double bound = -kInfinity;
    if (api_.get_double(problem_, "BestBnd", &bound) == 0) solution.bound = bound;
    return solution;
  }

 private:
  void hold(int code) const {
    if (code == 0) return;
    char text[1024] = "";
    api_.error(code, text, sizeof text);
    throw std::runtime_error(*text != '\0' ? text : fmt::format("COPT's error {}", code).c_str());
  }

  int attribute(const char* name) const {
    int value = 0;
    hold(api_.get_int(problem_, name, &value));
    return value;
  }

  void set_parameters(const SolveRequest& request) {
    hold(api_.set_int(problem_, "Logging", 0));
    hold(api_.set_int(problem_, "Threads", request.threads));
    hold(api_.set_double(problem_, "TimeLimit", std::min(request.limit, 1e20)));
    hold(api_.set_double(problem_, "RelGap", request.relative_gap));
    hold(api_.set_double(problem_, "AbsGap", 0));
    for (const char* name : {"FeasTol", "DualTol", "IntTol"}) {
      hold(api_.set_double(problem_, name, 1e-9));
    }
  }

  void load(const Program& program) {
    const Table table = table_of(program, side_rows(program), kCoptInfinity);
    hold(api_.load(problem_, table.columns(), table.rows(), 1, program.offset, table.cost.data(),
                   table.start.data(), table.length.data(), table.index.data(), table.value.data(),
                   table.kind.data(), table.lower.data(), table.upper.data(), table.sense.data(),
                   table.rhs.data(), nullptr, nullptr, nullptr));
    for (const SideRow& row : indicator_rows(program)) {
      const auto columns = row.columns();
      const auto coefficients = row.coefficients();
      hold(api_.add_indicator(problem_, row.binary, row.value ? 1 : 0,
                              static_cast<int>(columns.size()), columns.data(), coefficients.data(),
                              row.sense, row.rhs));
    }
    if (const SetTable sets = sets_of(program); sets.sets() > 0) {
      const std::vector<int> types(static_cast<std::size_t>(sets.sets()), 2);
      std::vector<int> lengths;
      for (std::size_t i = 0; i < types.size(); ++i) {
        lengths.push_back(sets.start[i + 1] - sets.start[i]);
      }
      hold(api_.add_sets(problem_, sets.sets(), types.data(), sets.start.data(), lengths.data(),
                         sets.columns.data(), sets.weights.data()));
    }
  }

  void add_start(const std::vector<Hint>& start) {
    if (start.empty()) return;
    std::vector<int> columns;
    std::vector<double> values;
    for (const Hint& hint : start) {
      columns.push_back(hint.column);
      values.push_back(hint.value);
    }
    hold(api_.add_start(problem_, static_cast<int>(columns.size()), columns.data(), values.data()));
  }

  void judge(const char* attribute_name, Solution& solution) const {
    const int status = attribute(attribute_name);
    if (judged(kCoptCodes, status, solution)) return;
    solution.detail = fmt::format("COPT ended with status {}", status);
  }

  CoptApi api_;
  CoptEnv* env_ = nullptr;
  CoptProblem* problem_ = nullptr;
};

Solution copt_solve(const Library& library, const SolveRequest& request, const Tell& /*tell*/) {
  return CoptSolve(library).run(request);
}

}  // namespace

const Vendor& copt() {
  static const Vendor kVendor{
      .name = "copt",
      .title = "COPT",
      .places = {{"libcopt.so"}, {}, {"COPT_HOME/lib"}, {"/opt/copt*/lib"}},
      .get = "install COPT itself (the wheel coptpy lacks its C functions)",
      .free_limit = "2,000 columns and 2,000 rows",
      .least_major = 6,
      .squares = false,
      .version = copt_version,
      .solve = copt_solve,
  };
  return kVendor;
}

}  // namespace brink
