// The MIP engine: each output region of the question is a 0-1 MILP (Fischetti & Jo 2018).
//
// Regions (one for a fixed class, nine for "any") share the best distance found as a cutoff. A
// region is closed when the solver has finished it; the question's bound is the smallest over
// its regions. The bound is the solver's, within its tolerances, and marked so.
#include <algorithm>
#include <cmath>

#include "brink/ask/closest.h"
#include "brink/ask/mip_region.h"
#include "brink/pattern/polish.h"

namespace brink {

namespace {

/// distance - bound below this (times max(1, distance)) is optimal.
constexpr double kOptimal = 1e-6;

ClosestAnswer refused(std::string note) {
  ClosestAnswer answer;
  answer.note = std::move(note);
  return answer;
}

/// What can be said before any search: an answer when the search is not needed or not possible.
std::optional<ClosestAnswer> before_search(const Network& network, const ClosestQuestion& question,
                                           const Eigen::VectorXd& image, int label,
                                           const std::vector<OutputRegion>& regions) {
  if (const auto sound = question.check(network); !sound) return refused(sound.error().message);
  if (image.size() != network.input_size()) {
    return refused(fmt::format("the image has {} pixels, the network {} inputs", image.size(),
                               network.input_size()));
  }
  if (!question.box.contains(image)) return refused("the image lies outside the box");
  if (classify(network, image) != label) {
    ClosestAnswer answer;
    answer.status = AnswerStatus::misclassified;
    return answer;
  }
  if (regions.empty()) return refused("the target class equals the label");
  return std::nullopt;
}

/// The best of the regions so far.
struct Incumbent {
  double distance = kInfinity;  ///< as measured by the question
  Eigen::VectorXd image;
  const OutputRegion* region = nullptr;
};

/// A valid bound on the true L2 distance r from one, b, on the linearised distance. With spacing h
/// of the breakpoints, f~(d) <= d^2 + min(h^2/4, h d), so b^2 <= r^2 + n h^2/4 and
/// b^2 <= r^2 + h sqrt(n) r.
double euclidean_from_linearised(const ClosestQuestion& question, const Eigen::VectorXd& image,
                                 double b) {
  const Box box = reach(question, image);
  const Eigen::VectorXd longest = (box.upper - image).cwiseMax(image - box.lower);
  const double h = longest.maxCoeff() / (*question.breakpoints - 1);
  const double n = static_cast<double>((longest.array() > 0).count());
  const double by_square = std::sqrt(std::max(0.0, b * b - n * h * h / 4));
  const double by_sum = 0.5 * (std::sqrt(h * h * n + 4 * b * b) - h * std::sqrt(n));
  return std::max(by_square, by_sum);
}

AnswerStatus conclude(const ClosestQuestion& question, const MipOptions& options,
                      bool every_region_closed, double distance, double bound) {
  if (std::isinf(distance)) {
    return every_region_closed ? AnswerStatus::infeasible : AnswerStatus::time_limit;
  }
  const bool euclidean = question.norm == Norm::l2 && !question.breakpoints;
  const double allowed = euclidean ? kEuclideanGap * distance : kOptimal * std::max(1.0, distance);
  if (distance - bound <= allowed) return AnswerStatus::optimal;
  if (options.gap > 0 && distance - bound <= options.gap * distance) return AnswerStatus::gap;
  return AnswerStatus::time_limit;
}

void fill_answer(ClosestAnswer& answer, const ClosestQuestion& question, const Network& network,
                 const Eigen::VectorXd& image, const Incumbent& incumbent, double bound) {
  if (question.breakpoints) {
    answer.linearised_bound = bound;
    answer.bound = euclidean_from_linearised(question, image, bound);
  } else {
    answer.bound = bound;
  }
  if (incumbent.region == nullptr) return;
  answer.image = incumbent.image;
  answer.distance = distance(question.norm, incumbent.image, image);
  answer.target = incumbent.region->target;
  answer.verified = fools(question, network, *incumbent.region, image, incumbent.image);
  answer.all_zero =
      network.output == OutputKind::relu && (outputs(network, incumbent.image).array() == 0).all();
  answer.bound = std::min(answer.bound, *answer.distance);
  if (question.breakpoints) answer.linearised = incumbent.distance;
}

}  // namespace

std::string_view name(AnswerStatus status) {
  switch (status) {
    case AnswerStatus::optimal:
      return "optimal";
    case AnswerStatus::gap:
      return "gap";
    case AnswerStatus::time_limit:
      return "time_limit";
    case AnswerStatus::infeasible:
      return "infeasible";
    case AnswerStatus::misclassified:
      return "misclassified";
    case AnswerStatus::interrupted:
      return "interrupted";
    case AnswerStatus::error:
      return "error";
  }
  return "?";
}

std::optional<double> ClosestAnswer::gap() const {
  if (linearised) {
    return *linearised == 0
               ? 0
               : std::max(0.0, *linearised - linearised_bound.value_or(0)) / *linearised;
  }
  if (!distance) return std::nullopt;
  return *distance == 0 ? 0 : (*distance - bound) / *distance;
}

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
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  const bool euclidean = question.norm == Norm::l2 && !question.breakpoints;
  Incumbent incumbent;
  double bound = kInfinity;
  bool every_region_closed = true;
  for (std::size_t r = 0; r < regions.size(); ++r) {
    // An unfinished region leaves its share of the time to the others.
    const double share = deadline.remaining() / static_cast<double>(regions.size() - r);
    const RegionTask task{network, bounds,  question, regions[r],
                          image,   options, **solver, incumbent.distance};
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
    if (result.distance < incumbent.distance) {
      incumbent = {result.distance, result.image, &regions[r]};
    }
  }
  bound = std::min(bound, incumbent.distance);
  answer.status = conclude(question, options, every_region_closed, incumbent.distance, bound);
  if (std::isinf(bound)) bound = 0;  // infeasible: no distance to bound
  fill_answer(answer, question, network, image, incumbent, bound);
  if (incumbent.region == nullptr && regions.size() == 1) answer.target = regions[0].target;
  if (!answer.note.empty() && answer.status == AnswerStatus::time_limit) {
    answer.status = AnswerStatus::error;
  }
  answer.seconds = watch.seconds();
  return answer;
}

}  // namespace brink
