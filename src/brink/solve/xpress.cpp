// FICO Xpress, by the C functions of libxprs (9.0 or newer).
//
// Controls and attributes are found by their names. The wheel xpresslibs carries a community
// licence beside the library, which is taken where XPAUTH_PATH names no other.
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "brink/solve/table.h"
#include "brink/solve/vendor.h"

namespace brink {

namespace {

struct XprsProblem;

constexpr double kXprsInfinity = 1e20;

constexpr StatusCode kXprsCodes[] = {
    {5, SolveStatus::infeasible}, {6, SolveStatus::optimal}, {7, SolveStatus::unbounded}};
/// Of what it has not finished.
constexpr StatusCode kXprsStops[] = {{1, SolveStatus::time_limit}, {5, SolveStatus::gap}};

struct XpressApi {
  const Library& library;
  Call<int(const char*)> init{library, "XPRSinit"};
  Call<int()> free{library, "XPRSfree"};
  Call<int(char*)> version{library, "XPRSgetversion"};
  Call<int(char*, int)> licence_error{library, "XPRSgetlicerrmsg"};
  Call<int(XprsProblem**)> create{library, "XPRScreateprob"};
  Call<int(XprsProblem*)> destroy{library, "XPRSdestroyprob"};
  Call<int(XprsProblem*, char*)> last_error{library, "XPRSgetlasterror"};
  Call<int(XprsProblem*, const char*, int*, int*)> control{library, "XPRSgetcontrolinfo"};
  Call<int(XprsProblem*, const char*, int*, int*)> attribute{library, "XPRSgetattribinfo"};
  Call<int(XprsProblem*, int, int)> set_int{library, "XPRSsetintcontrol"};
  Call<int(XprsProblem*, int, double)> set_double{library, "XPRSsetdblcontrol"};
  Call<int(XprsProblem*, int, int*)> get_int{library, "XPRSgetintattrib"};
  Call<int(XprsProblem*, int, double*)> get_double{library, "XPRSgetdblattrib"};
  Call<int(XprsProblem*, const char*, int, int, const char*, const double*, const double*,
           const double*, const int*, const int*, const int*, const double*, const double*,
           const double*, int, const int*, const int*, const double*, int, int, const char*,
           const int*, const double*, const char*, const int*, const int*, const double*)>
      load{library, "XPRSloadmiqp"};
  Call<int(XprsProblem*, int, const int*, const int*, const int*)> set_indicators{
      library, "XPRSsetindicators"};
  Call<int(XprsProblem*, int, const int*, const double*)> set_objective{library, "XPRSchgobj"};
  Call<int(XprsProblem*, int, const double*, const int*, const char*)> add_start{library,
                                                                                 "XPRSaddmipsol"};
  Call<int(XprsProblem*, const char*)> optimize{library, "XPRSmipoptimize"};
  Call<int(XprsProblem*, int*, double*, int, int)> solution{library, "XPRSgetsolution"};
};

class XpressSolve {
 public:
  explicit XpressSolve(const Library& library) : api_{library} {
    std::error_code none;
    const auto licence =
        library.path().parent_path().parent_path() / "bin" / "community-xpauth.xpr";
    const bool community =
        std::getenv("XPAUTH_PATH") == nullptr && std::filesystem::exists(licence, none);
    if (api_.init(community ? licence.c_str() : nullptr) != 0) {
      char text[4096] = "";
      api_.licence_error(text, sizeof text);
      throw std::runtime_error(first_line(text));
    }
    ready_ = true;
  }
  ~XpressSolve() {
    if (problem_ != nullptr) api_.destroy(problem_);
    if (ready_) api_.free();
  }
  XpressSolve(const XpressSolve&) = delete;
  XpressSolve& operator=(const XpressSolve&) = delete;

  std::string version() const {
    char text[256] = "";
    api_.version(text);
    return text;
  }

  Solution run(const SolveRequest& request) {
    hold(api_.create(&problem_));
    set_controls(request);
    load(request.program);
    add_start(request.start);
    hold(api_.optimize(problem_, ""));
    Solution solution;
    int given = 0;
    std::vector<double> values(request.program.columns.size());
    const int last = static_cast<int>(values.size()) - 1;
    if (api_.solution(problem_, &given, values.data(), 0, last) == 0 && given > 0) {
      solution.values = std::move(values);
    }
    solution.nodes = attribute("NODES");
    int id = 0, type = 0;
    double bound = -kInfinity;
    hold(api_.attribute(problem_, "BESTBOUND", &id, &type));
    if (api_.get_double(problem_, id, &bound) == 0) solution.bound = bound;
    const int status = attribute("MIPSTATUS"), stopped = attribute("STOPSTATUS");
    if (!judged(kXprsCodes, status, solution) && !judged(kXprsStops, stopped, solution)) {
      solution.detail = fmt::format("Xpress ended with status {}, stop {}", status, stopped);
    }
    return solution;
  }

 private:
  static std::string first_line(const std::string& text) {
    const std::size_t begin = std::min(text.find_first_not_of(" \n"), text.size());
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  void hold(int code) const {
    if (code == 0) return;
    char text[512] = "";
    if (problem_ != nullptr) api_.last_error(problem_, text);
    const std::string words = first_line(text);
    throw std::runtime_error(words.empty() ? fmt::format("Xpress's error {}", code) : words);
  }

  int attribute(const char* name) const {
    int id = 0, type = 0, value = 0;
    hold(api_.attribute(problem_, name, &id, &type));
    hold(api_.get_int(problem_, id, &value));
    return value;
  }

  int control(const char* name) const {
    int id = 0, type = 0;
    hold(api_.control(problem_, name, &id, &type));
    return id;
  }

  void set_controls(const SolveRequest& request) {
    hold(api_.set_int(problem_, control("OUTPUTLOG"), 0));
    hold(api_.set_int(problem_, control("THREADS"), request.threads));
    hold(api_.set_double(problem_, control("TIMELIMIT"), std::min(request.limit, 1e20)));
    hold(api_.set_double(problem_, control("MIPRELSTOP"), request.relative_gap));
    // Solutions better by any amount count, and those alone.
    for (const char* name : {"MIPABSSTOP", "MIPADDCUTOFF", "MIPRELCUTOFF"}) {
      hold(api_.set_double(problem_, control(name), 0));
    }
    for (const char* name : {"MIPTOL", "FEASTOL", "OPTIMALITYTOL"}) {
      hold(api_.set_double(problem_, control(name), 1e-9));
    }
    if (request.cutoff) {
      hold(api_.set_double(problem_, control("MIPABSCUTOFF"), *request.cutoff));
    }
  }

  void load(const Program& program) {
    std::vector<SideRow> rows = side_rows(program);
    const std::size_t plain = rows.size();
    const std::vector<SideRow> conditional = indicator_rows(program);
    rows.insert(rows.end(), conditional.begin(), conditional.end());
    const Table table = table_of(program, rows, kXprsInfinity);
    std::string kinds;
    std::vector<int> integers;
    for (std::size_t c = 0; c < table.kind.size(); ++c) {
      if (table.kind[c] == 'C') continue;
      kinds += table.kind[c];
      integers.push_back(static_cast<int>(c));
    }
    SetTable sets = sets_of(program);
    const std::string types(static_cast<std::size_t>(sets.sets()), '2');
    Squares squares = squares_of(program);
    for (double& factor : squares.factors) factor *= 2;  // Xpress halves them
    hold(api_.load(
        problem_, "brink", table.columns(), table.rows(), table.sense.data(), table.rhs.data(),
        nullptr, table.cost.data(), table.start.data(), table.length.data(), table.index.data(),
        table.value.data(), table.lower.data(), table.upper.data(), squares.size(),
        squares.columns.data(), squares.columns.data(), squares.factors.data(),
        static_cast<int>(integers.size()), sets.sets(), kinds.data(), integers.data(), nullptr,
        types.data(), sets.start.data(), sets.columns.data(), sets.weights.data()));
    const int constant = -1;
    const double minus = -program.offset;
    hold(api_.set_objective(problem_, 1, &constant, &minus));
    std::vector<int> at, binaries, values;
    for (std::size_t i = 0; i < conditional.size(); ++i) {
      at.push_back(static_cast<int>(plain + i));
      binaries.push_back(conditional[i].binary);
      values.push_back(conditional[i].value ? 1 : -1);
    }
    if (!at.empty()) {
      hold(api_.set_indicators(problem_, static_cast<int>(at.size()), at.data(), binaries.data(),
                               values.data()));
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
    hold(api_.add_start(problem_, static_cast<int>(columns.size()), values.data(), columns.data(),
                        nullptr));
  }

  XpressApi api_;
  bool ready_ = false;
  XprsProblem* problem_ = nullptr;
};

std::string xpress_version(const Library& library) {
  return XpressSolve(library).version();
}

Solution xpress_solve(const Library& library, const SolveRequest& request, const Tell& /*tell*/) {
  return XpressSolve(library).run(request);
}

}  // namespace

const Vendor& xpress() {
  static const Vendor kVendor{
      .name = "xpress",
      .title = "FICO Xpress",
      .places = {{"libxprs.so*"},
                 {"xpresslibs/lib", "xpress/lib"},
                 {"XPRESSDIR/lib"},
                 {"/opt/xpressmp/lib"}},
      .get = "pip install xpress",
      .free_limit = "5,000 columns and rows together",
      .least_major = 41,  // of the library: Xpress 9.0
      .version = xpress_version,
      .solve = xpress_solve,
  };
  return kVendor;
}

}  // namespace brink
