// The MIP engine: each output region of the question is a 0-1 MILP (Fischetti & Jo 2018).
//
// Regions (one for a fixed class, nine for "any") share the best distance found as a cutoff. A
// region is closed when the solver has finished it; the question's bound is the smallest over
// its regions. The bound is the solver's, within its tolerances, and marked so. Where images must
// lead, the regions are asked twice: as they are, for the bound, and moved inward, for the image.
#include <algorithm>

#include "brink/ask/answer.h"
#include "brink/ask/mip_region.h"

namespace brink {

namespace {

/// All regions, with one lead.
struct Sweep {
  Found found;
  double bound = kInfinity;
  bool nothing_there = true;
  bool interrupted = false;
  std::int64_t nodes = 0;
  std::string note;
};

struct Asked {
  const Network& network;
  const Bounds& bounds;
  const ClosestQuestion& question;
  const Eigen::VectorXd& image;
  const std::vector<OutputRegion>& regions;
  const MipOptions& options;
  const MipSolver& solver;
};

Sweep sweep(const Asked& asked, const Lead& lead, const Deadline& deadline) {
  const bool euclidean = asked.question.norm == Norm::l2 && !asked.question.breakpoints;
  Sweep result;
  result.found.lead = lead;
  for (std::size_t r = 0; r < asked.regions.size(); ++r) {
    const OutputRegion& region = asked.regions[r];
    if (lead.value > 0 && region.all_zero) continue;  // it leads by nothing
    // An unfinished region leaves its share of the time to the others.
    const double share = deadline.remaining() / static_cast<double>(asked.regions.size() - r);
    const RegionTask task{asked.network, asked.bounds, asked.question,        region, asked.image,
                          asked.options, asked.solver, result.found.distance, lead};
    const RegionResult solved = euclidean ? solve_region_euclidean(task, deadline.within(share))
                                          : solve_region(task, deadline.within(share));
    result.nodes += solved.nodes;
    if (solved.status == SolveStatus::interrupted) {
      result.interrupted = true;
      return result;
    }
    if (solved.status == SolveStatus::failed || solved.status == SolveStatus::unbounded) {
      result.note =
          fmt::format("{}: {} {}", asked.options.solver, name(solved.status), solved.detail);
    }
    result.nothing_there = result.nothing_there && solved.status == SolveStatus::infeasible;
    result.bound = std::min(result.bound, solved.bound);
    if (solved.distance < result.found.distance) {
      result.found = {solved.distance, solved.image, &region, lead};
    }
  }
  return result;
}

}  // namespace

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
  const Asked asked{network, bounds, question, image, regions, options, **solver};
  const bool leads = question.leads();
  const Sweep ties =
      sweep(asked, {}, leads ? deadline.within(0.5 * deadline.remaining()) : deadline);
  Sweep led = ties;
  if (leads && !ties.nothing_there && !ties.interrupted) {
    const int target = ties.found.region ? ties.found.region->target : regions.front().target;
    led = sweep(asked, lead_of(question, network, image, ties.found.image, target), deadline);
    led.nodes += ties.nodes;
  }
  answer.nodes = led.nodes;
  if (led.interrupted) {
    answer.status = AnswerStatus::interrupted;
    return answer;
  }
  answer.note = led.note;
  complete(answer, question, network, image, led.found, {ties.bound, led.bound, ties.nothing_there},
           options.gap);
  if (led.found.region == nullptr && regions.size() == 1) answer.target = regions[0].target;
  if (!answer.note.empty() && answer.status == AnswerStatus::time_limit) {
    answer.status = AnswerStatus::error;
  }
  answer.seconds = watch.seconds();
  return answer;
}

}  // namespace brink
