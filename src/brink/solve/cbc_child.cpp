// The child of a solve: CBC's driver, watched.
#include "brink/solve/cbc_child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <coin/CbcEventHandler.hpp>
#include <coin/CbcModel.hpp>
#include <coin/CbcSolver.hpp>
#include <coin/OsiClpSolverInterface.hpp>
#include <csignal>

#include "brink/solve/coin.h"
#include "brink/solve/lp.h"

namespace brink::cbc {

namespace {

/// CBC's own limit, behind ours: room for a root phase that does not look at events.
double fallback_seconds(double limit) {
  return limit + std::max(1.0, 0.1 * limit);
}

/// State after branch and bound, read before postprocessing can blur it.
struct SearchEnd {
  bool seen = false;
  int status = -1;
  int secondary = -1;
  double bound = -kInfinity;
  std::int64_t nodes = 0;
};
SearchEnd g_end;  // one solve a process

int on_stage(CbcModel* model, int where) {
  if (where == 4) {  // just after branch and bound
    g_end = {true, model->status(), model->secondaryStatus(), model->getBestPossibleObjValue(),
             static_cast<std::int64_t>(model->getNodeCount())};
  }
  return 0;
}

void send(int descriptor, const void* bytes, std::size_t count) {
  const char* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(descriptor, next, count);
    if (written <= 0) _exit(1);
    next += written;
    count -= static_cast<std::size_t>(written);
  }
}

void send(int descriptor, Message message, const std::vector<double>& values) {
  message.value_count = static_cast<std::int64_t>(values.size());
  send(descriptor, &message, sizeof message);
  send(descriptor, values.data(), values.size() * sizeof(double));
}

/// Stops the search between nodes, and passes solutions on.
class Handler final : public CbcEventHandler {
 public:
  Handler(int descriptor, const Program& program, double relaxation, double limit)
      : descriptor_(descriptor),
        program_(&program),
        relaxation_(relaxation),
        deadline_(Deadline::after(limit)) {}
  CbcEventHandler* clone() const override { return new Handler(*this); }
  CbcAction event(CbcEvent which) override {
    if (which == solution || which == heuristicSolution) pass_on();
    const bool between = which == node || which == treeStatus;
    return between && deadline_.expired() ? stop : noAction;
  }

 private:
  /// Whoever gets it checks it: small searches of heuristics have solutions too.
  void pass_on() const {
    const double* best = model_ != nullptr ? model_->bestSolution() : nullptr;
    const std::size_t columns = program_->columns.size();
    if (best == nullptr || static_cast<std::size_t>(model_->getNumCols()) != columns) return;
    const std::vector<double> values(best, best + columns);
    Message message;
    message.bound = relaxation_;
    message.objective = objective_value(*program_, values);
    send(descriptor_, message, values);
  }

  int descriptor_;
  const Program* program_;
  double relaxation_;
  Deadline deadline_;
};

void load(OsiClpSolverInterface& osi, const Program& program) {
  const coin::Arrays arrays = coin::arrays_of(program);
  osi.loadProblem(arrays.matrix, arrays.lower.data(), arrays.upper.data(), arrays.cost.data(),
                  arrays.row_lower.data(), arrays.row_upper.data());
  for (std::size_t j = 0; j < program.columns.size(); ++j) {
    if (program.columns[j].integer) osi.setInteger(static_cast<int>(j));
  }
}

/// CBC's outcome in our terms; see the head comment for what is not believed.
SolveStatus judge(const CbcModel& model, const SolveOptions& options, double seconds,
                  double limit) {
  if (seconds >= fallback_seconds(limit)) return SolveStatus::time_limit;
  if (model.status() == 0 || (g_end.seen && g_end.status == 0)) {
    if (model.isProvenInfeasible()) return SolveStatus::infeasible;
    if (model.isContinuousUnbounded()) return SolveStatus::unbounded;
    if (!model.isProvenOptimal()) return SolveStatus::failed;
    // With a gap asked for, CBC ends "optimal" when it is reached; the caller compares.
    return options.relative_gap > 0 ? SolveStatus::gap : SolveStatus::optimal;
  }
  return model.status() == 1 || model.status() == 5 ? SolveStatus::time_limit : SolveStatus::failed;
}

/// The driver's command line.
std::vector<std::string> driver_words(const Program& program, const SolveOptions& options,
                                      bool heuristics, double limit) {
  std::vector<std::string> words = {"brink",
                                    "-log",
                                    "0",
                                    "-primalTolerance",
                                    "1e-9",
                                    "-integerTolerance",
                                    "1e-9",
                                    "-increment",
                                    "1e-10",
                                    "-allowableGap",
                                    "0",
                                    "-timeMode",
                                    "elapsed",
                                    "-ratioGap",
                                    fmt::format("{}", options.relative_gap)};
  words.insert(words.end(), {"-preprocess", "off"});
  if (!heuristics) words.insert(words.end(), {"-heur", "off"});
  if (std::isfinite(limit)) {
    words.insert(words.end(), {"-seconds", fmt::format("{}", fallback_seconds(limit))});
  }
  if (options.cutoff) {
    words.insert(words.end(),
                 {"-cutoff", fmt::format("{:.17g}", *options.cutoff - program.offset)});
  }
  words.insert(words.end(), {"-solve", "-quit"});
  return words;
}

Message run_cbc(int descriptor, const Program& program, const SolveOptions& options,
                bool heuristics, double relaxation, double limit, std::vector<double>& values) {
  const Stopwatch watch;
  OsiClpSolverInterface osi;
  osi.messageHandler()->setLogLevel(0);
  load(osi, program);
  CbcModel model(osi);
  model.setLogLevel(0);
  model.messageHandler()->setLogLevel(0);
  CbcSolverUsefulData data;
  CbcMain0(model, data);
  Handler handler(descriptor, program, relaxation, limit);
  model.passInEventHandler(&handler);

  const std::vector<std::string> words = driver_words(program, options, heuristics, limit);
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  CbcMain1(static_cast<int>(arguments.size()), arguments.data(), model, on_stage, data);

  Message message;
  message.status = judge(model, options, watch.seconds(), limit);
  message.nodes = g_end.seen ? g_end.nodes : model.getNodeCount();
  message.bound = relaxation;
  if (const double* best = model.bestSolution(); best != nullptr) {
    values.assign(best, best + program.columns.size());
    message.objective = objective_value(program, values);
  }
  const bool believed = watch.seconds() < fallback_seconds(limit);
  if (message.status == SolveStatus::infeasible) message.bound = kInfinity;
  if (message.status == SolveStatus::optimal) message.bound = message.objective;
  if (believed && g_end.seen && std::abs(g_end.bound) < 1e40 &&
      (message.status == SolveStatus::gap || message.status == SolveStatus::time_limit)) {
    const double found = g_end.bound + program.offset;
    message.bound = std::max(message.bound, std::min(found, message.objective));
  }
  if (options.cutoff && message.status != SolveStatus::infeasible) {
    message.bound = std::min(message.bound, std::max(message.objective, *options.cutoff));
  }
  return message;
}

}  // namespace

void work(int descriptor, const Program& program, const SolveOptions& options, bool heuristics,
          double limit) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C reaches the whole group: the parent decides
  std::signal(SIGTERM, SIG_DFL);
  const int null = ::open("/dev/null", O_WRONLY);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  const Stopwatch watch;
  LpSolver relaxation(program);
  const LpSolution lp = relaxation.solve(Deadline::after(limit));
  Message first;
  first.bound = relaxation.safe_bound(lp.duals);
  send(descriptor, first, {});
  std::vector<double> values;
  Message last = run_cbc(descriptor, program, options, heuristics, first.bound,
                         std::max(0.0, limit - watch.seconds()), values);
  last.last = true;
  send(descriptor, last, values);
  _exit(0);
}

}  // namespace brink::cbc
