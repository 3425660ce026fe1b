// A region by one MIP solve, and the true L2 by a sequence of them.
//
// True L2 (outer approximation, Kelley 1960): d^2 is replaced per pixel by the largest of its
// tangents at a few points, which bounds it from below, so the MIP's bound holds for the true
// distance. The MIP's point is projected on its own pattern, which gives an image; tangents are
// added at both points and the MIP is solved again. Two to four rounds reach 1e-4.
// Dropped: starting from fine uniform tangents (columns by the thousand slow every node down).
//
// The solver's bound is a claim (closest_mip.cpp).
#include "brink/ask/mip_region.h"

#include <algorithm>
#include <cmath>

#include "brink/ask/answer.h"
#include "brink/ask/mip_start.h"
#include "brink/pattern/polish.h"

namespace brink {

namespace {

/// First tangent points of d^2, as shares of the pixel's largest move.
constexpr std::array kFirstTangents = {0.0, 0.03, 0.1, 0.25, 0.6};

/// Points closer than this share of their move to a tangent point add nothing: the tangent is off
/// by the square of it.
constexpr double kTangentSpacing = 1e-3;
constexpr double kLeastSpacing = 1e-9;

/// A change below this is the solver's tolerance, not a change (L0 counts pixels).
constexpr double kSolverNoise = 1e-7;

/// A pre-activation this near to 0 counts as on the wall between two cells.
constexpr double kOnWall = 1e-5;

/// The MIP's objective is the norm, except for L2, where it is squared.
double from_objective(Norm norm, double objective) {
  return norm == Norm::l2 ? std::sqrt(std::max(0.0, objective)) : std::max(0.0, objective);
}

/// The whole number that a bound on a sum of whole numbers means, but for rounding.
double whole(double bound) {
  return std::ceil(bound - 1e-6 - 1e-12 * bound);
}

/// A lower bound on the distance from one on the objective; L0 is a whole number.
double distance_bound(Norm norm, double objective_bound) {
  if (objective_bound == kInfinity) return kInfinity;
  const double bound = from_objective(norm, objective_bound);
  return norm == Norm::l0 ? whole(bound) : bound;
}

/// Of the true L2: programs with more and more tangents, each; a few are enough, but for fooled
/// sets so thin that their points give no image.
constexpr int kMostRounds = 10;

/// The phases the solver chose: its binaries where there are any, the bounds elsewhere.
Phases chosen_phases(const NetworkEncoding& encoding, const Bounds& bounds,
                     const std::vector<double>& values) {
  Phases phases;
  for (std::size_t k = 0; k < encoding.neurons.size(); ++k) {
    std::vector<bool> layer;
    for (std::size_t j = 0; j < encoding.neurons[k].size(); ++j) {
      const int z = encoding.neurons[k][j].z;
      const bool fixed_active =
          bounds.at(static_cast<int>(k) + 1, static_cast<Eigen::Index>(j)).always_active();
      layer.push_back(z >= 0 ? values[static_cast<std::size_t>(z)] < 0.5 : fixed_active);
    }
    phases.push_back(std::move(layer));
  }
  return phases;
}

Eigen::VectorXd without_noise(Eigen::VectorXd x, const Eigen::VectorXd& image) {
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    if (std::abs(x(j) - image(j)) < kSolverNoise) x(j) = image(j);
  }
  return x;
}

/// The phases at the point with one neuron flipped, for each neuron that sits on its wall: cells
/// that touch the point.
std::vector<Phases> touching_patterns(const Network& network, const Eigen::VectorXd& point) {
  const std::vector<Eigen::VectorXd> y = pre_activations(network, point);
  const Phases here = phases_at(network, point);
  std::vector<Phases> patterns;
  for (std::size_t k = 0; k < here.size(); ++k) {
    for (std::size_t j = 0; j < here[k].size(); ++j) {
      if (std::abs(y[k](static_cast<Eigen::Index>(j))) > kOnWall) continue;
      patterns.push_back(here);
      patterns.back()[k][j] = !here[k][j];
    }
  }
  return patterns;
}

/// Keeps the better of the result's image and the polished point, tried on the phases the solver
/// chose and on those that its point has; if neither cell holds an image, on those that touch it.
void polish_into(RegionResult& result, const RegionTask& task, const NetworkEncoding& encoding,
                 const std::vector<double>& values) {
  const Eigen::VectorXd point = without_noise(input_values(encoding, values), task.image);
  const auto attempt = [&](const Phases& phases) {
    const auto x = polish(task.network, task.question, task.region, task.image, phases, point,
                          task.deadline, {Lead{0, task.float32}})
                       .front();
    if (!x) return;
    const double reached = measured_distance(task.question, task.image, *x);
    if (reached < result.distance) {
      result.distance = reached;
      result.image = *x;
    }
  };
  const Phases chosen = chosen_phases(encoding, task.bounds, values);
  const Phases here = phases_at(task.network, point);
  attempt(chosen);
  if (here != chosen) attempt(here);
  if (std::isfinite(result.distance)) return;
  for (const Phases& phases : touching_patterns(task.network, point)) attempt(phases);
}

EncodingOptions encoding_options(const RegionTask& task) {
  EncodingOptions options;
  options.basic = task.options.basic;
  // Without native indicators the basic model has no column bounds to make an M from: its M come
  // from the neuron bounds, which is the big-M formulation.
  const bool convert = options.basic && !task.solver.native_indicators();
  options.formulation = convert ? Formulation::bigm : task.options.formulation;
  return options;
}

/// One MIP, begun from the start; its bound, its point polished.
RegionResult solve_model(const RegionTask& task, const ClosestModel& model, const StartImage& start,
                         SolveOptions options, std::vector<double>* values = nullptr) {
  RegionResult result;
  options.start = start_at(start, task.network, model, task.image);
  const auto solution = task.solver.solve(model.program, options);
  if (!solution) {
    result.detail = solution.error().message;
    return result;
  }
  result.status = solution->status;
  result.nodes = solution->nodes;
  result.detail = solution->detail;
  result.bound = distance_bound(task.question.norm, solution->bound);
  if (!solution->values.empty()) polish_into(result, task, model.encoding, solution->values);
  if (values != nullptr) *values = solution->values;
  return result;
}

SolveOptions solve_options(const RegionTask& task, const Deadline& deadline, double cutoff) {
  SolveOptions options;
  options.deadline = deadline;
  options.threads = task.options.threads;
  options.relative_gap = std::max(0.0, task.options.gap - 2 * kClaimSlack);
  if (std::isfinite(cutoff)) {
    options.cutoff = task.question.norm == Norm::l2 ? cutoff * cutoff : cutoff;
    // L0: only a smaller count is of interest. The others: a hair of room against tolerances.
    if (task.question.norm == Norm::l0) *options.cutoff -= 0.5;
  }
  return options;
}

/// Per pixel the tangent points of d^2: the first ones, scaled to how far the pixel can move.
std::vector<std::vector<double>> first_tangents(const RegionTask& task) {
  const Box box = reach(task.question, task.image);
  std::vector<std::vector<double>> tangents;
  for (Eigen::Index j = 0; j < task.image.size(); ++j) {
    const double longest = std::max(box.upper(j) - task.image(j), task.image(j) - box.lower(j));
    tangents.emplace_back();
    for (const double share : kFirstTangents) tangents.back().push_back(share * longest);
    if (longest <= 0) tangents.back() = {0.0};
  }
  return tangents;
}

/// Adds the moves of x as tangent points; how many were new.
int add_tangents(std::vector<std::vector<double>>& tangents, const Eigen::VectorXd& x,
                 const Eigen::VectorXd& image) {
  int added = 0;
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    const double d = std::abs(x(j) - image(j));
    auto& points = tangents[static_cast<std::size_t>(j)];
    const double spacing = std::max(kLeastSpacing, kTangentSpacing * d);
    const auto after = std::lower_bound(points.begin(), points.end(), d);
    if (after != points.end() && *after - d < spacing) continue;
    if (after != points.begin() && d - *std::prev(after) < spacing) continue;
    points.insert(after, d);
    ++added;
  }
  return added;
}

}  // namespace

RegionResult solve_region(const RegionTask& task, const Deadline& deadline) {
  const DistanceOptions distance{task.options.distance_form, nullptr, false, task.solver.sos2()};
  const ClosestModel model = closest_model(task.network, task.bounds, task.question, task.region,
                                           task.image, encoding_options(task), distance);
  const StartImage start = start_image(task, deadline);
  return solve_model(task, model, start, solve_options(task, deadline, task.cutoff));
}

namespace {

/// As one MIP with a quadratic objective.
RegionResult solve_squares(const RegionTask& task, const StartImage& start,
                           const Deadline& deadline) {
  const DistanceOptions distance{DistanceForm::tight, nullptr, true};
  const ClosestModel model = closest_model(task.network, task.bounds, task.question, task.region,
                                           task.image, encoding_options(task), distance);
  return solve_model(task, model, start, solve_options(task, deadline, task.cutoff * (1 + 1e-7)));
}

}  // namespace

RegionResult solve_region_euclidean(const RegionTask& task, const Deadline& deadline) {
  const StartImage start = start_image(task, deadline);
  if (task.solver.squares()) {
    const RegionResult result = solve_squares(task, start, deadline);
    // Licences of limited size count squares more.
    if (result.status != SolveStatus::failed) return result;
  }
  std::vector<std::vector<double>> tangents = first_tangents(task);
  RegionResult total;
  const double wanted = std::max(task.options.gap, 0.5 * kEuclideanGap);
  for (int rounds = 1;; ++rounds) {
    const DistanceOptions distance{DistanceForm::tight, &tangents};
    const ClosestModel model = closest_model(task.network, task.bounds, task.question, task.region,
                                             task.image, encoding_options(task), distance);
    std::vector<double> values;
    const double cutoff = std::min(task.cutoff, total.distance) * (1 + 1e-7);
    const RegionResult round =
        solve_model(task, model, start, solve_options(task, deadline, cutoff), &values);
    total.status = round.status;
    total.nodes += round.nodes;
    total.detail = round.detail;
    total.bound = std::max(total.bound, round.bound);
    if (round.distance < total.distance) {
      total.distance = round.distance;
      total.image = round.image;
    }
    const bool proven = round.status == SolveStatus::optimal || round.status == SolveStatus::gap;
    if (!proven || values.empty() || rounds == kMostRounds) return total;
    const bool found = std::isfinite(total.distance);
    if (found && total.distance - total.bound <= wanted * total.distance) return total;
    int added = add_tangents(tangents, input_values(model.encoding, values), task.image);
    if (round.image.size() > 0) added += add_tangents(tangents, round.image, task.image);
    if (added == 0) return total;  // as close as the spacing allows: bound and distance say how
  }
}

}  // namespace brink
