// The engines behind one form of answer: the 0-1 MILP with the unit's pre-activation as its
// objective, and the search on the network cut off behind the unit.
//
// Both work in units near 1 (bounds/rescale_bounds.h); activations and bounds are told in the
// network's own. The solver's bound is a claim: told is what multipliers confirm of it
// (solve/proof.h), in the time that the solver leaves.
#include "brink/ask/visualize.h"

#include <algorithm>
#include <cmath>

#include "brink/bounds/rescale_bounds.h"
#include "brink/bounds/rounding.h"
#include "brink/search/extreme.h"
#include "brink/solve/proof.h"

namespace brink {

namespace {

constexpr double kUnitSolverShare = 0.8;

/// The claim is proven up to this: a fifth of what counts as optimal.
constexpr double kUnitClaimSlack = 2e-7;
constexpr double kLeastSlack = 1e-10;

struct UnitModel {
  Program program;
  NetworkEncoding encoding;
};

/// min -y_j^k over the box; layers before k only.
UnitModel unit_model(const Network& network, const Bounds& bounds, int k, int j,
                     const EncodingOptions& options) {
  UnitModel model;
  if (k == 1) {  // a linear function of the inputs
    model.encoding.inputs = add_inputs(model.program, bounds.box);
  } else {
    EncodingOptions before = options;
    before.last_layer = k - 1;
    std::vector<LinearExpression> inputs = add_inputs(model.program, bounds.box);
    model.encoding = add_network(model.program, network, bounds, std::move(inputs), before);
  }
  const LinearExpression y = model.encoding.pre_activation(network, k, j);
  model.program.offset = -y.constant;
  for (const Term& term : y.terms) {
    model.program.columns[static_cast<std::size_t>(term.column)].cost -= term.coefficient;
  }
  return model;
}

/// sum_i |w_ji| max x_i + |b_j|; not below what is known of y_j^k.
double largest_sum(const Network& network, const Bounds& bounds, int k, int j) {
  double sum = std::abs(network.layer(k).bias(j));
  network.layer(k).weights.each_in_row(j, [&](Eigen::Index i, double weight) {
    const double x = k == 1 ? std::max(std::abs(bounds.box.lower(i)), std::abs(bounds.box.upper(i)))
                            : bounds.intervals().size(bounds.neurons().number(k - 1, i));
    sum += std::abs(weight) * x;
  });
  const NeuronBounds known = bounds.at(k, j);
  return std::max({sum, std::abs(known.lower), std::abs(known.upper)});
}

/// Values from the image, the bound of what is shown, and the status that the two deserve.
void complete(Excitation& result, const Network& network, const Bounds& bounds, int k, int j) {
  // Hidden and relu units show max(0, y); the neuron's own bound is one more proof.
  const bool clipped =
      k < network.depth() ? !network.layer(k).is_linear(j) : network.output == OutputKind::relu;
  result.bound = std::min(result.bound, bounds.at(k, j).upper);
  if (clipped) result.bound = std::max(0.0, result.bound);
  if (result.image.size() == 0) return;
  const double y = pre_activations(network, result.image)[static_cast<std::size_t>(k - 1)](j);
  result.activation = clipped ? std::max(0.0, y) : y;
  result.bound = std::max(result.bound, result.activation);
  const double slack = result.bound - result.activation;
  // Relative, and where that is little to what the unit sums.
  const double scale =
      std::max(std::abs(result.activation), std::min(1.0, largest_sum(network, bounds, k, j)));
  if (slack <= 1e-6 * scale) {
    result.status = AnswerStatus::optimal;
  } else if (result.status == AnswerStatus::optimal) {
    result.status = AnswerStatus::gap;  // the solver's tolerances leave more than 1e-6
  }
}

/// How far the unit may be from the file's, over the reals.
double spare_of(const Network& network, const Bounds& bounds, int k, int j) {
  const auto distance = distance_from_file(network, bounds.box);
  return distance.empty() ? 0 : distance[static_cast<std::size_t>(k - 1)](j);
}

int unit_of(const InOwnUnits& own, int k, int j) {
  return own.exponents[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)];
}

/// Largest w x + b over the box.
Eigen::VectorXd best_corner(const Eigen::VectorXd& w, const Box& box) {
  return (w.array() > 0).select(box.upper, box.lower);
}

Eigen::VectorXd image_of(const UnitModel& model, const std::vector<double>& values,
                         const Box& box) {
  if (values.empty()) return {};
  return input_values(model.encoding, values).cwiseMax(box.lower).cwiseMin(box.upper);
}

/// What multipliers prove of the solver's bound on y_j^k; a better image that the proof finds is
/// taken.
double proven(const InOwnUnits& own, int k, int j, const Solution& solution, Eigen::VectorXd& image,
              const Deadline& deadline) {
  const auto attained = [&](const Eigen::VectorXd& x) {
    if (x.size() == 0) return -kInfinity;
    return pre_activations(own.network, x)[static_cast<std::size_t>(k - 1)](j);
  };
  const double claim = std::max(-solution.bound, attained(image));
  if (!std::isfinite(claim)) return own.bounds.at(k, j).upper;
  const double target = -claim - std::max(kLeastSlack, kUnitClaimSlack * std::abs(claim));
  // Whatever the solver was given, the proof is of the tight model.
  const UnitModel model = unit_model(own.network, own.bounds, k, j, {});
  const ProofResult proof = prove(model.program, target, deadline);
  const Eigen::VectorXd found = image_of(model, proof.values, own.bounds.box);
  if (attained(found) > attained(image)) image = found;
  return -proof.bound;
}

/// What ended a search that is not done; neither limit nor user: rounding.
AnswerStatus unfinished(const Deadline& deadline) {
  if (deadline.interrupted()) return AnswerStatus::interrupted;
  return deadline.expired() ? AnswerStatus::time_limit : AnswerStatus::undecided;
}

}  // namespace

Expected<void> check_unit(const Network& network, const Bounds& bounds, int k, int j) {
  if (auto sound = check(network); !sound) return sound;
  if (k < 1 || k > network.depth() || j < 0 || j >= network.width(k)) {
    return bad_request("there is no unit {}:{}: the network has layers 1 to {}", k, j,
                       network.depth());
  }
  return check_bounds(network, k, bounds.box, bounds);
}

Expected<Excitation> excite_by_search(const Network& network, const Bounds& bounds, int k, int j,
                                      const SearchOptions& options,
                                      const std::atomic<bool>* interrupt) {
  if (auto sound = check_unit(network, bounds, k, j); !sound) {
    return tl::unexpected(sound.error());
  }
  const Stopwatch watch;
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  Excitation result;
  if (k == 1) {  // affine
    const Layer& layer = network.layer(1);
    result.image = best_corner(layer.weights.row(j), bounds.box);
    result.bound = interval_layer(network, bounds, 1)[static_cast<std::size_t>(j)].upper;
    result.status = AnswerStatus::optimal;
  } else {
    search::ExtremeOptions inner;
    inner.gap = options.gap;
    const InOwnUnits own = in_own_units(network, bounds, false);
    const int unit = search_unit(unit_of(own, k, j));
    const Eigen::VectorXd c =
        std::ldexp(1.0, unit - unit_of(own, k, j)) * Eigen::VectorXd::Unit(network.width(k), j);
    const auto found = search::search_extreme(own.network, own.bounds, k, c, deadline, inner);
    result.image = found.point;
    result.bound = std::ldexp(found.bound, -unit);
    result.nodes = found.statistics.nodes;
    result.status = found.finished ? AnswerStatus::gap : unfinished(deadline);
  }
  result.bound += spare_of(network, bounds, k, j);
  // Bounds from a solver's programs decide what this search leaves out.
  result.proof = bounds.solver.empty() ? "search" : "multipliers";
  complete(result, network, bounds, k, j);
  result.seconds = watch.seconds();
  return result;
}

Expected<Excitation> excite_by_mip(const Network& network, const Bounds& bounds, int k, int j,
                                   const MipOptions& options, const std::atomic<bool>* interrupt) {
  if (auto sound = check_unit(network, bounds, k, j); !sound) {
    return tl::unexpected(sound.error());
  }
  const Stopwatch watch;
  Excitation result;
  const auto solver = make_solver(options.solver);
  if (!solver) return tl::unexpected(solver.error());
  EncodingOptions encoding;
  encoding.basic = options.basic;
  const bool convert = options.basic && !(*solver)->native_indicators();
  encoding.formulation = convert ? Formulation::bigm : options.formulation;
  const InOwnUnits own = in_own_units(network, bounds, false);
  const UnitModel model = unit_model(own.network, own.bounds, k, j, encoding);
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  SolveOptions limits;
  limits.deadline = deadline.within(kUnitSolverShare * deadline.remaining());
  limits.relative_gap = std::max(0.0, options.gap - 2 * kUnitClaimSlack);
  const auto solution = (*solver)->solve(model.program, limits);
  if (!solution || solution->status == SolveStatus::failed ||
      solution->status == SolveStatus::unbounded || solution->status == SolveStatus::infeasible) {
    result.note = solution ? fmt::format("{}: {} {}", options.solver, name(solution->status),
                                         solution->detail)
                           : solution.error().message;
    result.seconds = watch.seconds();
    return result;
  }
  result.proof = "multipliers";
  result.nodes = solution->nodes;
  result.image = image_of(model, solution->values, own.bounds.box);
  if (solution->status != SolveStatus::interrupted) {
    result.bound =
        std::ldexp(proven(own, k, j, *solution, result.image, deadline), -unit_of(own, k, j)) +
        spare_of(network, bounds, k, j);
  }
  result.status = solution->status == SolveStatus::gap && !deadline.interrupted()
                      ? AnswerStatus::gap
                      : unfinished(deadline);
  complete(result, network, bounds, k, j);
  result.seconds = watch.seconds();
  return result;
}

}  // namespace brink
