// The licence in the wheel gurobipy is for that package, not for the C functions of its library. So
// the package is asked: by the interpreter it is installed for, with the program as JSON on its
// standard input and a line a fact on its standard output.
#include "brink/solve/gurobi_python.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <stdexcept>

#include "brink/solve/table.h"

namespace brink {

namespace {

constexpr const char* kScript = R"(
import json, os, sys
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what is printed otherwise
def say(word, *numbers):
    print(word, *(repr(float(n)) for n in numbers), file=out, flush=True)
try:
    import gurobipy as gp
    asked = json.load(sys.stdin)
    env = gp.Env(empty=True)
    env.setParam("OutputFlag", 0)
    env.start()
    model = gp.Model("brink", env=env)
    for name, value in asked["parameters"].items():
        model.setParam(name, value)
    v = [model.addVar(lower, upper, 0, kind) for lower, upper, cost, kind in asked["columns"]]
    def expression(terms):
        return gp.LinExpr([value for column, value in terms], [v[column] for column, value in terms])
    for terms, sense, rhs in asked["rows"]:
        model.addLConstr(expression(terms), sense, rhs)
    for binary, value, terms, sense, rhs in asked["indicators"]:
        model.addGenConstrIndicator(v[binary], value, expression(terms), sense, rhs)
    for columns in asked["sets"]:
        model.addSOS(gp.GRB.SOS_TYPE2, [v[column] for column in columns])
    objective = expression([(i, column[2]) for i, column in enumerate(asked["columns"]) if column[2]])
    objective.addConstant(asked["offset"])
    if asked["squares"]:
        squares = gp.QuadExpr(objective)
        for column, factor in asked["squares"]:
            squares.add(v[column] * v[column], factor)
        objective = squares
    model.setObjective(objective, gp.GRB.MINIMIZE)
    for column, value in asked["start"]:
        v[column].Start = value
    def news(model, where):
        if where == gp.GRB.Callback.MIPSOL:
            say("bound", model.cbGet(gp.GRB.Callback.MIPSOL_OBJBND))
            say("found", *model.cbGetSolution(v))
    model.optimize(news)
    say("nodes", model.NodeCount)
    try:
        say("bound", model.ObjBound)
    except AttributeError:
        pass
    if model.SolCount:
        say("values", *(x.X for x in v))
    say("status", model.Status)
except Exception as error:
    print("error", str(error).replace("\n", " "), file=out, flush=True)
)";

constexpr double kPythonInfinity = 1e100;

/// root/lib/python3.11/site-packages/gurobipy/.libs/libgurobi130.so -> root/bin/python3.11.
std::string interpreter_of(const std::filesystem::path& library) {
  const auto packages = library.parent_path().parent_path().parent_path();
  const auto version = packages.parent_path();
  const auto root = version.parent_path().parent_path();
  std::error_code none;
  for (const std::string& name : {version.filename().string(), std::string("python3")}) {
    for (const std::filesystem::path& folder : {root / "bin", std::filesystem::path("/usr/bin")}) {
      if (std::filesystem::exists(folder / name, none)) return (folder / name).string();
    }
  }
  throw std::runtime_error(
      fmt::format("no Python to '{}': its licence is for the package alone", library.string()));
}

std::string text_of(const SideRow& row) {
  std::string terms;
  for (const Term& term : *row.terms) {
    terms += fmt::format("{}[{},{}]", terms.empty() ? "" : ",", term.column, term.coefficient);
  }
  const char* sense = row.sense == 'L' ? "<" : row.sense == 'G' ? ">" : "=";
  return fmt::format("[{}],\"{}\",{}", terms, sense, row.rhs);
}

void append(std::string& list, const std::string& item) {
  if (!list.empty()) list += ",";
  list += "[" + item + "]";
}

std::string json_of(const SolveRequest& request) {
  const Program& program = request.program;
  const Table table = table_of(program, {}, kPythonInfinity);
  std::string columns, rows, indicators, sets, squares, start;
  for (std::size_t c = 0; c < table.cost.size(); ++c) {
    append(columns, fmt::format("{},{},{},\"{}\"", table.lower[c], table.upper[c], table.cost[c],
                                table.kind[c]));
  }
  for (const SideRow& row : side_rows(program)) append(rows, text_of(row));
  for (const SideRow& row : indicator_rows(program)) {
    append(indicators, fmt::format("{},{},{}", row.binary, row.value ? 1 : 0, text_of(row)));
  }
  for (const Sos2& set : program.sos2) {
    std::string members;
    for (const int column : set.columns) {
      members += fmt::format("{}{}", members.empty() ? "" : ",", column);
    }
    append(sets, members);
  }
  const Squares factors = squares_of(program);
  for (std::size_t i = 0; i < factors.columns.size(); ++i) {
    append(squares, fmt::format("{},{}", factors.columns[i], factors.factors[i]));
  }
  for (const Hint& hint : request.start) {
    append(start, fmt::format("{},{}", hint.column, hint.value));
  }
  std::string parameters =
      fmt::format(R"("Threads":{},"TimeLimit":{},"MIPGap":{},"MIPGapAbs":0,"FeasibilityTol":1e-9,)"
                  R"("OptimalityTol":1e-9,"IntFeasTol":1e-9)",
                  request.threads, std::min(request.limit, kPythonInfinity), request.relative_gap);
  if (request.cutoff) parameters += fmt::format(R"(,"Cutoff":{})", *request.cutoff);
  return fmt::format(
      R"({{"offset":{},"parameters":{{{}}},"columns":[{}],"rows":[{}],"indicators":[{}],)"
      R"("sets":[{}],"squares":[{}],"start":[{}]}})",
      program.offset, parameters, columns, rows, indicators, sets, squares, start);
}

/// A file with the text, to be read from its beginning.
int file_with(const std::string& text) {
  const int file = ::memfd_create("brink-program", 0);
  std::size_t done = 0;
  while (file >= 0 && done < text.size()) {
    const ssize_t count = ::write(file, text.data() + done, text.size() - done);
    if (count < 0) throw std::runtime_error("no memory for the program");
    done += static_cast<std::size_t>(count);
  }
  if (file < 0) throw std::runtime_error("no memory for the program");
  ::lseek(file, 0, SEEK_SET);
  return file;
}

std::vector<double> numbers_in(const std::string& line, std::size_t at) {
  std::vector<double> numbers;
  while (at < line.size()) {
    while (at < line.size() && line[at] == ' ') ++at;
    double number = 0;
    const auto [end, problem] =
        std::from_chars(line.data() + at, line.data() + line.size(), number);
    if (problem != std::errc()) break;
    numbers.push_back(number);
    at = static_cast<std::size_t>(end - line.data());
  }
  return numbers;
}

/// What is known from the lines so far.
class GurobipyLines {
 public:
  GurobipyLines(const SolveRequest& request, const Tell& tell) : request_(request), tell_(tell) {
    solution_.status = SolveStatus::time_limit;
  }

  void take(const std::string& line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string word = line.substr(0, space);
    if (word == "error") throw std::runtime_error(line.substr(std::min(space + 1, line.size())));
    const std::vector<double> numbers = numbers_in(line, space);
    if (word == "found" || word == "values") {
      if (numbers.size() != request_.program.columns.size()) return;
      solution_.values = numbers;
      solution_.objective = objective_value(request_.program, numbers);
      if (word == "found") tell_(solution_);
      return;
    }
    if (numbers.empty()) return;
    if (word == "bound") solution_.bound = numbers.front();
    if (word == "nodes") solution_.nodes = static_cast<std::int64_t>(numbers.front());
    if (word == "status") status_ = static_cast<int>(numbers.front());
  }
  int status() const { return status_; }
  Solution solution() const { return solution_; }

 private:
  const SolveRequest& request_;
  const Tell& tell_;
  Solution solution_;
  int status_ = 0;
};

}  // namespace

Solution solve_by_gurobipy(const Library& library, const SolveRequest& request, const Tell& tell) {
  const std::string interpreter = interpreter_of(library.path());
  const int input = file_with(json_of(request));
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no process for Python");
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(input, STDIN_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::execl(interpreter.c_str(), interpreter.c_str(), "-I", "-c", kScript, nullptr);
    _exit(127);
  }
  ::close(ends[1]);
  ::close(input);
  GurobipyLines lines(request, tell);
  std::string text;
  std::array<char, 1 << 16> buffer;
  for (ssize_t count = 0; (count = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos;) {
      lines.take(text.substr(0, end));
      text.erase(0, end + 1);
    }
  }
  ::waitpid(pid, nullptr, 0);
  Solution solution = lines.solution();
  judge_gurobi(lines.status(), solution);
  return solution;
}

}  // namespace brink
