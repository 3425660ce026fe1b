// The child of a solve: CBC's driver, watched.
#include "brink/solve/cbc_child.h"

#include <algorithm>
#include <cmath>
#include <coin/CbcEventHandler.hpp>
#include <coin/CbcModel.hpp>
#include <coin/CbcSolver.hpp>
#include <coin/OsiClpSolverInterface.hpp>

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

/// Stops the search between nodes, and passes solutions on.
class Handler final : public CbcEventHandler {
 public:
  Handler(const Tell& tell, const Program& program, double relaxation, double limit)
      : tell_(&tell),
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
    Solution news;
    news.status = SolveStatus::time_limit;
    news.values.assign(best, best + columns);
    news.bound = relaxation_;
    news.objective = objective_value(*program_, news.values);
    (*tell_)(news);
  }

  const Tell* tell_;
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
SolveStatus judge(const CbcModel& model, const SolveRequest& options, double seconds,
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
std::vector<std::string> driver_words(const SolveRequest& options, double limit) {
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
  if (!options.heuristics) words.insert(words.end(), {"-heur", "off"});
  if (std::isfinite(limit)) {
    words.insert(words.end(), {"-seconds", fmt::format("{}", fallback_seconds(limit))});
  }
  if (options.cutoff) {
    words.insert(words.end(),
                 {"-cutoff", fmt::format("{:.17g}", *options.cutoff - options.program.offset)});
  }
  words.insert(words.end(), {"-solve", "-quit"});
  return words;
}

Solution run_cbc(const SolveRequest& options, double relaxation, double limit, const Tell& tell) {
  const Stopwatch watch;
  const Program& program = options.program;
  OsiClpSolverInterface osi;
  osi.messageHandler()->setLogLevel(0);
  load(osi, program);
  CbcModel model(osi);
  model.setLogLevel(0);
  model.messageHandler()->setLogLevel(0);
  CbcSolverUsefulData data;
  CbcMain0(model, data);
  Handler handler(tell, program, relaxation, limit);
  model.passInEventHandler(&handler);

  const std::vector<std::string> words = driver_words(options, limit);
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  CbcMain1(static_cast<int>(arguments.size()), arguments.data(), model, on_stage, data);

  Solution result;
  result.status = judge(model, options, watch.seconds(), limit);
  result.nodes = g_end.seen ? g_end.nodes : model.getNodeCount();
  result.bound = relaxation;
  if (const double* best = model.bestSolution(); best != nullptr) {
    result.values.assign(best, best + program.columns.size());
    result.objective = objective_value(program, result.values);
  }
  const bool believed = watch.seconds() < fallback_seconds(limit);
  if (result.status == SolveStatus::infeasible) result.bound = kInfinity;
  if (result.status == SolveStatus::optimal) result.bound = result.objective;
  if (believed && g_end.seen && std::abs(g_end.bound) < 1e40 &&
      (result.status == SolveStatus::gap || result.status == SolveStatus::time_limit)) {
    const double found = g_end.bound + program.offset;
    result.bound = std::max(result.bound, std::min(found, result.objective));
  }
  if (options.cutoff && result.status != SolveStatus::infeasible) {
    result.bound = std::min(result.bound, std::max(result.objective, *options.cutoff));
  }
  return result;
}

}  // namespace

Solution solve(const SolveRequest& request, const Tell& tell) {
  const Stopwatch watch;
  LpSolver relaxation(request.program);
  const LpSolution lp = relaxation.solve(Deadline::after(request.limit));
  Solution first;
  first.status = SolveStatus::time_limit;
  first.bound = relaxation.safe_bound(lp.duals);
  tell(first);
  return run_cbc(request, first.bound, std::max(0.0, request.limit - watch.seconds()), tell);
}

}  // namespace brink::cbc
