// The MIP engine: each output region of the question is a 0-1 MILP (Fischetti & Jo 2018).
//
// Regions (one for a fixed class, nine for "any") share the best distance found as a cutoff. A
// region is closed when the solver has finished it; the question's bound is the smallest over
// its regions. The bound is the solver's, within its tolerances, and marked so.
#include <algorithm>

#include "brink/ask/answer.h"
#include "brink/ask/mip_region.h"

namespace brink {

ClosestAnswer closest_by_mip(const Network& network, const Bounds& bounds,
                             const ClosestQuestion& question, const Eigen::VectorXd& image,
                             int label, const MipOptions& options,
                             const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  const auto regions = output_regions(question, network, label);
  if (auto early = before_search(network, question, image, label, regions)) return *early;
  const auto solver = make_solver(options.solver);
  if (!solver) return refused(solver.error().message);

  ClosestAnswer answer;
  answer.proof = "solver";
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  const bool euclidean = question.norm == Norm::l2 && !question.breakpoints;
  Found found;
  double bound = kInfinity;
  bool every_region_closed = true;
  for (std::size_t r = 0; r < regions.size(); ++r) {
    // An unfinished region leaves its share of the time to the others.
    const double share = deadline.remaining() / static_cast<double>(regions.size() - r);
    const RegionTask task{network, bounds,  question, regions[r],
                          image,   options, **solver, found.distance};
    const RegionResult result = euclidean ? solve_region_euclidean(task, deadline.within(share))
                                          : solve_region(task, deadline.within(share));
    answer.nodes += result.nodes;
    if (result.status == SolveStatus::interrupted) {
      answer.status = AnswerStatus::interrupted;
      return answer;
    }
    if (result.status == SolveStatus::failed || result.status == SolveStatus::unbounded) {
      answer.note = fmt::format("{}: {} {}", options.solver, name(result.status), result.detail);
    }
    every_region_closed = every_region_closed && result.status == SolveStatus::infeasible;
    bound = std::min(bound, result.bound);
    if (result.distance < found.distance) {
      found = {result.distance, result.image, &regions[r]};
    }
  }
  complete(answer, question, network, image, found, {bound, bound, every_region_closed},
           options.gap);
  if (found.region == nullptr && regions.size() == 1) answer.target = regions[0].target;
  if (!answer.note.empty() && answer.status == AnswerStatus::time_limit) {
    answer.status = AnswerStatus::error;
  }
  answer.seconds = watch.seconds();
  return answer;
}

}  // namespace brink
