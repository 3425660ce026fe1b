// The MIP engine: each output region of the question is a 0-1 MILP (Fischetti & Jo 2018).
//
// Regions (one for a fixed class, nine for "any") share the best distance found as a cutoff. A
// region is closed when the solver has finished it; the question's bound is the smallest over
// its regions. Where images must lead, the regions are asked twice: as they are, for the bound, and
// moved inward, for the image.
//
// Network, bounds and floor come in units near 1 (question_units.h).
//
// Even so the solver's word is no proof. Whatever it claims of the distances of a region
// ("none below b", "none at all") is claimed by the answer only as far as multipliers confirm it,
// node by node (prove_region). The solver has kSolverShare of the time, the proof what remains.
// What it does not confirm is in the note; a nearer image that it finds is taken.
#include <algorithm>
#include <cmath>

#include "brink/ask/answer.h"
#include "brink/ask/mip_region.h"
#include "brink/ask/question_units.h"
#include "brink/ask/weights.h"

namespace brink {

namespace {

constexpr double kSolverShare = 0.8;

/// A proof this much (relative) short of the claim is worth a word.
constexpr double kShort = 1e-6;

/// What the regions of a question taught together.
struct Regions {
  Found found;
  double claim = kInfinity;  ///< the solver's bound on measured distances
  double bound = kInfinity;  ///< as far as it was proven
  bool interrupted = false;
  bool stopped = false;  ///< a solver by its limit
  std::int64_t nodes = 0;
  std::string trouble;  ///< what a solver that failed said
};

class RegionSolves {
 public:
  RegionSolves(const QuestionInUnits& asked, const Eigen::VectorXd& image,
               const MipOptions& options, const MipSolver& solver, bool float32)
      : asked_(asked), image_(image), options_(options), solver_(solver), float32_(float32) {}

  Regions run(const std::vector<OutputRegion>& regions, const Deadline& deadline) {
    deadline_ = deadline;
    solve(regions, deadline.within(kSolverShare * deadline.remaining()));
    // The best distance over all regions is the least that any of them must be proven above.
    for (std::size_t r = 0; r < regions.size() && !all_.interrupted; ++r) {
      const double share = deadline.remaining() / static_cast<double>(regions.size() - r);
      const double claim = std::min(results_[r].bound, all_.found.distance);
      const double proven =
          prove_region(task(regions[r]), results_[r], claim, deadline.within(share));
      all_.bound = std::min(all_.bound, proven);
      keep(results_[r], regions[r]);
      all_.interrupted = deadline.interrupted();
    }
    return std::move(all_);
  }

 private:
  RegionTask task(const OutputRegion& region) const {
    return {asked_.network, asked_.bounds, asked_.question,     region,   image_,
            options_,       solver_,       all_.found.distance, float32_, deadline_};
  }

  void keep(const RegionResult& result, const OutputRegion& region) {
    if (result.distance < all_.found.distance) {
      all_.found = {result.distance, result.image, &region, {region.lead, float32_}};
    }
  }

  void solve(const std::vector<OutputRegion>& regions, const Deadline& deadline) {
    const bool euclidean = asked_.question.norm == Norm::l2 && !asked_.question.breakpoints;
    for (std::size_t r = 0; r < regions.size() && !all_.interrupted; ++r) {
      // An unfinished region leaves its share of the time to the others.
      const double share = deadline.remaining() / static_cast<double>(regions.size() - r);
      const Deadline limit = deadline.within(share);
      RegionResult result = euclidean ? solve_region_euclidean(task(regions[r]), limit)
                                      : solve_region(task(regions[r]), limit);
      all_.nodes += result.nodes;
      all_.interrupted = result.status == SolveStatus::interrupted;
      all_.stopped = all_.stopped || result.status == SolveStatus::time_limit;
      if (result.status == SolveStatus::failed || result.status == SolveStatus::unbounded) {
        all_.trouble =
            fmt::format("{}: {} {}", options_.solver, name(result.status), result.detail);
        result.bound = kInfinity;  // it claims nothing: the proof is on its own
      }
      all_.claim = std::min(all_.claim, result.bound);
      keep(result, regions[r]);
      results_.push_back(std::move(result));
    }
  }

  const QuestionInUnits& asked_;
  const Eigen::VectorXd& image_;
  const MipOptions& options_;
  const MipSolver& solver_;
  bool float32_;
  Deadline deadline_;
  std::vector<RegionResult> results_;
  Regions all_;
};

std::string note_of(const Regions& all, const MipOptions& options) {
  if (!all.trouble.empty()) return all.trouble;
  const double claim = std::min(all.claim, all.found.distance);
  if (all.bound >= claim * (1 - kShort)) return "";
  return std::isinf(claim)
             ? fmt::format("{} finds no image, within its tolerances; not proven", options.solver)
             : fmt::format("{} claims a bound of {:.9g} within its tolerances; not proven",
                           options.solver, claim);
}

ClosestAnswer mip_unweighted(const Network& network, const Bounds& bounds,
                             const ClosestQuestion& question, const Eigen::VectorXd& image,
                             int label, const MipOptions& options,
                             const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  if (auto early = before_search(network, question, image, label,
                                 output_regions(question, network, label))) {
    return *early;
  }
  const auto solver = make_solver(options.solver);  // known: see below

  ClosestAnswer answer;
  answer.proof = "multipliers";
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  const QuestionInUnits asked = in_units(network, bounds, question, image, options.basic);
  const auto regions =
      proof_regions(network, question, image, output_regions(asked.question, asked.network, label),
                    asked.outputs);
  const bool leads = question.leads();
  const Deadline first = leads ? deadline.within(0.5 * deadline.remaining()) : deadline;
  const Regions ties = RegionSolves(asked, image, options, **solver, false).run(regions, first);
  Regions all = ties;
  std::vector<OutputRegion> led;
  if (leads && !ties.interrupted && !std::isinf(ties.bound)) {
    const int target = ties.found.region ? ties.found.region->target : regions.front().target;
    const Lead lead = lead_of(question, network, image, ties.found.image, target);
    for (const OutputRegion& region : regions) {
      if (region.all_zero) continue;  // it leads by nothing
      led.push_back(moved_inward(region, std::ldexp(lead.value, asked.outputs)));
    }
    all = RegionSolves(asked, image, options, **solver, lead.float32).run(led, deadline);
    all.nodes += ties.nodes;
    all.found.lead = lead;
    for (const OutputRegion& region : regions) {  // in place of the one moved inward
      if (all.found.region != nullptr && !region.all_zero &&
          region.target == all.found.region->target) {
        all.found.region = &region;
      }
    }
  }
  answer.nodes = all.nodes;
  if (all.interrupted) {
    answer.status = AnswerStatus::interrupted;
    return answer;
  }
  complete(answer, question, network, image, all.found,
           {ties.bound, all.bound, std::isinf(ties.bound)}, options.gap);
  if (all.found.region == nullptr && regions.size() == 1 && !question.target.is_threshold()) {
    answer.target = regions[0].target;
  }
  if (answer.status == AnswerStatus::time_limit) {
    answer.note = note_of(all, options);
    if (!deadline.expired() && !all.stopped) answer.status = AnswerStatus::undecided;
    if (!all.trouble.empty()) answer.status = AnswerStatus::error;
  }
  answer.seconds = watch.seconds();
  return answer;
}

}  // namespace

Expected<ClosestAnswer> closest_by_mip(const Network& network, const Bounds& bounds,
                                       const ClosestQuestion& question,
                                       const Eigen::VectorXd& image, int label,
                                       const MipOptions& options,
                                       const std::atomic<bool>* interrupt) {
  auto sound = check_asked(network, question, image, label);
  if (sound) sound = check_bounds(network, network.depth(), question.box, bounds);
  if (sound) sound = make_solver(options.solver).map([](const auto&) {});
  if (!sound) return tl::unexpected(sound.error());
  if (question.weights.size() == 0) {
    return mip_unweighted(network, bounds, question, image, label, options, interrupt);
  }
  Bounds stretched = bounds;  // of neurons, whose units stay; the box is another
  const auto ask = [&](const Network& n, const ClosestQuestion& q, const Eigen::VectorXd& x,
                       double /*unit*/) {
    stretched.box = q.box;
    return mip_unweighted(n, stretched, q, x, label, options, interrupt);
  };
  return with_weights(network, question, image, label, ask);
}

}  // namespace brink
