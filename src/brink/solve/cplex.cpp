// CPLEX, by the C functions of libcplex<version>.so (12.9 or newer).
#include <cstdlib>
#include <stdexcept>

#include "brink/solve/table.h"
#include "brink/solve/vendor.h"

namespace brink {

namespace {

struct CpxEnv;
struct CpxProblem;

constexpr double kCpxInfinity = 1e20;

// Numbers of parameters.
constexpr int kCpxScreen = 1035, kCpxTimeLimit = 1039, kCpxThreads = 1067, kCpxGap = 2009,
              kCpxAbsoluteGap = 2008, kCpxIntegrality = 2010, kCpxFeasibility = 1016,
              kCpxOptimality = 1014, kCpxCutoff = 2006;

constexpr StatusCode kCpxCodes[] = {{101, SolveStatus::optimal},
                                    {102, SolveStatus::optimal},  // within the gap
                                    {103, SolveStatus::infeasible},
                                    {107, SolveStatus::time_limit},
                                    {108, SolveStatus::time_limit},
                                    {118, SolveStatus::unbounded},
                                    {119, SolveStatus::unbounded, kInfeasibleOrUnbounded}};

struct CplexApi {
  const Library& library;
  Call<CpxEnv*(int*)> open{library, "CPXopenCPLEX"};
  Call<int(CpxEnv**)> close{library, "CPXcloseCPLEX"};
  Call<const char*(CpxEnv*)> version{library, "CPXversion"};
  Call<const char*(CpxEnv*, int, char*)> error{library, "CPXgeterrorstring"};
  Call<int(CpxEnv*, int, int)> set_int{library, "CPXsetintparam"};
  Call<int(CpxEnv*, int, double)> set_double{library, "CPXsetdblparam"};
  Call<CpxProblem*(CpxEnv*, int*, const char*)> create{library, "CPXcreateprob"};
  Call<int(CpxEnv*, CpxProblem**)> free{library, "CPXfreeprob"};
  Call<int(CpxEnv*, CpxProblem*, int, int, int, const double*, const double*, const char*,
           const int*, const int*, const int*, const double*, const double*, const double*,
           const double*)>
      copy{library, "CPXcopylp"};
  Call<int(CpxEnv*, CpxProblem*, const char*)> copy_kinds{library, "CPXcopyctype"};
  Call<int(CpxEnv*, CpxProblem*, double)> set_offset{library, "CPXchgobjoffset"};
  Call<int(CpxEnv*, CpxProblem*, int, int, int, double, int, const int*, const double*,
           const char*)>
      add_indicator{library, "CPXaddindconstr"};
  Call<int(CpxEnv*, CpxProblem*, int, int, const char*, const int*, const int*, const double*,
           char**)>
      add_sets{library, "CPXaddsos"};
  Call<int(CpxEnv*, CpxProblem*, const double*)> copy_squares{library, "CPXcopyqpsep"};
  Call<int(CpxEnv*, CpxProblem*, int, int, const int*, const int*, const double*, const int*,
           char**)>
      add_starts{library, "CPXaddmipstarts"};
  Call<int(CpxEnv*, CpxProblem*)> optimize{library, "CPXmipopt"};
  Call<int(CpxEnv*, CpxProblem*)> status{library, "CPXgetstat"};
  Call<int(CpxEnv*, CpxProblem*, double*)> bound{library, "CPXgetbestobjval"};
  Call<int(CpxEnv*, CpxProblem*, double*, int, int)> values{library, "CPXgetx"};
  Call<int(CpxEnv*, CpxProblem*)> nodes{library, "CPXgetnodecnt"};
};

class CplexSolve {
 public:
  explicit CplexSolve(const Library& library) : api_{library} {
    int status = 0;
    env_ = api_.open(&status);
    if (env_ == nullptr) hold(status);
  }
  ~CplexSolve() {
    if (problem_ != nullptr) api_.free(env_, &problem_);
    if (env_ != nullptr) api_.close(&env_);
  }
  CplexSolve(const CplexSolve&) = delete;
  CplexSolve& operator=(const CplexSolve&) = delete;

  std::string version() const { return api_.version(env_); }

  Solution run(const SolveRequest& request) {
    set_parameters(request);
    load(request.program);
    add_start(request.start);
    hold(api_.optimize(env_, problem_));
    Solution solution;
    const int status = api_.status(env_, problem_);
    if (!judged(kCpxCodes, status, solution)) {
      solution.detail = fmt::format("CPLEX ended with status {}", status);
    }
    solution.nodes = api_.nodes(env_, problem_);
    double bound = -kInfinity;
    if (api_.bound(env_, problem_, &bound) == 0) solution.bound = bound;
    std::vector<double> values(request.program.columns.size());
    if (api_.values(env_, problem_, values.data(), 0, static_cast<int>(values.size()) - 1) == 0) {
      solution.values = std::move(values);
    }
    return solution;
  }

 private:
  void hold(int code) const {
    if (code == 0) return;
    char text[4096] = "";
    api_.error(env_, code, text);
    std::string words = text;
    while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.pop_back();
    throw std::runtime_error(words.empty() ? fmt::format("CPLEX's error {}", code) : words);
  }

  void set_parameters(const SolveRequest& request) {
    hold(api_.set_int(env_, kCpxScreen, 0));
    hold(api_.set_int(env_, kCpxThreads, request.threads));
    hold(api_.set_double(env_, kCpxTimeLimit, std::min(request.limit, 1e75)));
    hold(api_.set_double(env_, kCpxGap, request.relative_gap));
    hold(api_.set_double(env_, kCpxAbsoluteGap, 0));
    hold(api_.set_double(env_, kCpxIntegrality, 0));
    hold(api_.set_double(env_, kCpxFeasibility, 1e-9));
    hold(api_.set_double(env_, kCpxOptimality, 1e-9));
    if (request.cutoff) hold(api_.set_double(env_, kCpxCutoff, *request.cutoff));
  }

  void load(const Program& program) {
    int status = 0;
    problem_ = api_.create(env_, &status, "brink");
    hold(status);
    const Table table = table_of(program, side_rows(program), kCpxInfinity);
    hold(api_.copy(env_, problem_, table.columns(), table.rows(), 1, table.cost.data(),
                   table.rhs.data(), table.sense.data(), table.start.data(), table.length.data(),
                   table.index.data(), table.value.data(), table.lower.data(), table.upper.data(),
                   nullptr));
    hold(
        api_.copy_kinds(env_, problem_, std::string(table.kind.begin(), table.kind.end()).c_str()));
    hold(api_.set_offset(env_, problem_, program.offset));
    for (const SideRow& row : indicator_rows(program)) {
      const auto columns = row.columns();
      const auto coefficients = row.coefficients();
      hold(api_.add_indicator(env_, problem_, row.binary, row.value ? 0 : 1,
                              static_cast<int>(columns.size()), row.rhs, row.sense, columns.data(),
                              coefficients.data(), nullptr));
    }
    if (const SetTable sets = sets_of(program); sets.sets() > 0) {
      hold(api_.add_sets(env_, problem_, sets.sets(), static_cast<int>(sets.columns.size()),
                         std::string(static_cast<std::size_t>(sets.sets()), '2').c_str(),
                         sets.start.data(), sets.columns.data(), sets.weights.data(), nullptr));
    }
    if (squares_of(program).size() > 0) {
      std::vector<double> doubled;  // CPLEX halves them
      for (const Column& column : program.columns) doubled.push_back(2 * column.square);
      hold(api_.copy_squares(env_, problem_, doubled.data()));
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
    const int begin = 0, effort = 0;
    hold(api_.add_starts(env_, problem_, 1, static_cast<int>(columns.size()), &begin,
                         columns.data(), values.data(), &effort, nullptr));
  }

  CplexApi api_;
  CpxEnv* env_ = nullptr;
  CpxProblem* problem_ = nullptr;
};

std::string cplex_version(const Library& library) {
  return CplexSolve(library).version();
}

Solution cplex_solve(const Library& library, const SolveRequest& request, const Tell& /*tell*/) {
  return CplexSolve(library).run(request);
}

}  // namespace

const Vendor& cplex() {
  static const Vendor kVendor{
      .name = "cplex",
      .title = "CPLEX",
      .places = {{"libcplex[0-9]*.so"},
                 {"cplex/_internal", "docplex/cplex/_internal"},
                 {"CPLEX_HOME/bin/x86-64_linux"},
                 {"/opt/ibm/ILOG/CPLEX_Studio*/cplex/bin/x86-64_linux",
                  "/opt/CPLEX_Studio*/cplex/bin/x86-64_linux"}},
      .get = "pip install cplex",
      .free_limit = "1,000 columns and 1,000 rows",
      .least_major = 12,
      .version = cplex_version,
      .solve = cplex_solve,
  };
  return kVendor;
}

}  // namespace brink
