// The MIP engine: each output region of the question is a 0-1 MILP (Fischetti & Jo 2018).
//
// Regions (one for a fixed class, nine for "any") share the best distance found as a cutoff. A
// region is closed when the solver has finished it; the question's bound is the smallest over
// its regions. Where images must lead, the regions are asked twice: as they are, for the bound, and
// moved inward, for the image.
//
// Network, bounds and floor come in units near 1 (question_units.h).
//
// Even so the solver's word is no proof: what tolerances on rows, cutoffs and integrality make of
// it no one says, an M multiplies them. Whatever it claims of the question's distances ("none below
// b", "none at all") the answer claims only as far as the search confirms that nothing is nearer
// (confirmed()). The solver has kSolverShare of the time, the proof what remains. What is not
// confirmed is in the note; a nearer image that the search finds is taken. Tried and dropped:
// branch and bound by linear programs over the model's binaries (solve/proof.h), which had minutes
// of what the search does in 10 ms.
#include <algorithm>
#include <cmath>

#include "brink/ask/answer.h"
#include "brink/ask/closest_certificate.h"
#include "brink/ask/mip_region.h"
#include "brink/ask/question_units.h"
#include "brink/ask/weights.h"
#include "brink/search/closest_search.h"

namespace brink {

namespace {

constexpr double kSolverShare = 0.8;

/// A proof this much (relative) short of the claim is worth a word.
constexpr double kShort = 1e-6;

/// What the regions of a question taught together.
struct Regions {
  Found found;
  double claim = kInfinity;  ///< the solver's bound on measured distances
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
    solve(regions);
    all_.claim = std::min(all_.claim, all_.found.distance);
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

  void solve(const std::vector<OutputRegion>& regions) {
    const bool euclidean = asked_.question.norm == Norm::l2 && !asked_.question.breakpoints;
    for (std::size_t r = 0; r < regions.size() && !all_.interrupted; ++r) {
      // An unfinished region leaves its share of the time to the others.
      const double share = deadline_.remaining() / static_cast<double>(regions.size() - r);
      const Deadline limit = deadline_.within(share);
      const RegionResult result = euclidean ? solve_region_euclidean(task(regions[r]), limit)
                                            : solve_region(task(regions[r]), limit);
      all_.nodes += result.nodes;
      all_.interrupted = result.status == SolveStatus::interrupted;
      all_.stopped = all_.stopped || result.status == SolveStatus::time_limit;
      if (result.status == SolveStatus::failed || result.status == SolveStatus::unbounded) {
        all_.trouble =
            fmt::format("{}: {} {}", options_.solver, name(result.status), result.detail);
        all_.claim = 0;
      }
      all_.claim = std::min(all_.claim, result.bound);
      keep(result, regions[r]);
    }
  }

  const QuestionInUnits& asked_;
  const Eigen::VectorXd& image_;
  const MipOptions& options_;
  const MipSolver& solver_;
  bool float32_;
  Deadline deadline_;
  Regions all_;
};

std::string note_of(const Regions& all, double bound, const MipOptions& options) {
  if (!all.trouble.empty()) return all.trouble;
  if (bound >= all.claim * (1 - kShort)) return "";
  return std::isinf(all.claim)
             ? fmt::format("{} finds no image, within its tolerances; not proven", options.solver)
             : fmt::format("{} claims a bound of {:.9g} within its tolerances; not proven",
                           options.solver, all.claim);
}

/// The largest distance at which the claim says that there is nothing.
double below(Norm norm, double claim) {
  // Counts are whole.
  return norm == Norm::l0 ? std::ceil(claim - 1e-6) - 1 : claim * (1 - kClaimSlack);
}

/// What the search makes of the claim that no image is nearer.
search::ClosestResult confirmed(const Network& network, const ClosestQuestion& question,
                                const std::vector<OutputRegion>& regions,
                                const Eigen::VectorXd& image, double claim, int threads,
                                const Deadline& deadline) {
  search::ClosestOptions options;
  options.within = below(question.norm, claim);
  options.threads = threads;
  if (claim <= 0) return {};
  return search::search_closest(network, question, regions, image, deadline, options);
}

/// The regions as they are and then, where images must lead, moved inward: `question` gets the lead
/// that is chosen.
Regions solved(const QuestionInUnits& asked, const std::vector<OutputRegion>& regions,
               ClosestQuestion& question, const Network& network, const Eigen::VectorXd& image,
               const MipOptions& options, const MipSolver& solver, const Deadline& deadline) {
  const bool leads = question.leads();
  const Deadline first = leads ? deadline.within(0.5 * deadline.remaining()) : deadline;
  const Regions ties = RegionSolves(asked, image, options, solver, false).run(regions, first);
  if (!leads || ties.interrupted || std::isinf(ties.claim)) return ties;
  const int target = ties.found.region ? ties.found.region->target : regions.front().target;
  const Lead lead = lead_of(question, network, image, ties.found.image, target);
  question.lead = lead.value;
  std::vector<OutputRegion> led;
  for (const OutputRegion& region : regions) {
    if (region.all_zero) continue;  // it leads by nothing
    led.push_back(moved_inward(region, std::ldexp(lead.value, asked.outputs)));
  }
  Regions all = RegionSolves(asked, image, options, solver, lead.float32).run(led, deadline);
  all.nodes += ties.nodes;
  all.stopped = all.stopped || ties.stopped;
  all.found.lead = lead;
  for (const OutputRegion& region : regions) {  // in place of the one moved inward
    if (all.found.region != nullptr && !region.all_zero &&
        region.target == all.found.region->target) {
      all.found.region = &region;
    }
  }
  return all;
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
  answer.proof = "search";
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  const QuestionInUnits asked = in_units(network, bounds, question, image, options.basic);
  const auto regions =
      proof_regions(network, question, image, output_regions(asked.question, asked.network, label),
                    asked.outputs);
  ClosestQuestion proven = question;
  Regions all = solved(asked, regions, proven, network, image, options, **solver,
                       deadline.within(kSolverShare * deadline.remaining()));
  answer.nodes = all.nodes;
  const auto own_regions =
      proof_regions(network, question, image, output_regions(question, network, label));
  search::ClosestResult proof;
  if (!all.interrupted) {
    proof = confirmed(network, proven, own_regions, image, all.claim, options.threads, deadline);
  }
  if (all.interrupted || deadline.interrupted()) {
    answer.status = AnswerStatus::interrupted;
    return answer;
  }
  if (proof.region != nullptr && proof.distance < all.found.distance) {
    const Lead lead = all.found.region != nullptr ? all.found.lead : proof.lead;
    if (!lead.float32 || taken_in_float32(question, network, proof.image, proof.region->target)) {
      all.found = {proof.distance, proof.image, proof.region, lead};
    }
  }
  complete(answer, question, network, image, all.found,
           {proof.bound, proof.lead_bound, proof.nothing}, options.gap);
  if (all.found.region == nullptr && regions.size() == 1 && !question.target.is_threshold()) {
    answer.target = regions[0].target;
  }
  if (answer.status == AnswerStatus::time_limit) {
    answer.note = note_of(all, proof.lead_bound, options);
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
  Bounds stretched = bounds;  // of neurons, whose units stay; the box may be another
  const auto ask = [&](const Network& n, const ClosestQuestion& q, const Eigen::VectorXd& x,
                       double /*unit*/) {
    stretched.box = q.box;
    return mip_unweighted(n, stretched, q, x, label, options, interrupt);
  };
  ClosestAnswer answer = with_weights(network, question, image, label, ask);
  if (options.certificate) {
    SearchOptions how;
    how.time_limit = options.time_limit;
    how.threads = options.threads;
    how.certificate = options.certificate;
    auto done = certify(network, question, image, label, how, answer, interrupt);
    if (!done) return tl::unexpected(done.error());
  }
  return answer;
}

}  // namespace brink
