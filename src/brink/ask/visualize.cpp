// The engines behind one form of answer: the 0-1 MILP with the unit's pre-activation as its
// objective, and the search on the network cut off behind the unit.
#include "brink/ask/visualize.h"

#include <algorithm>
#include <cmath>

#include "brink/search/extreme.h"

namespace brink {

namespace {

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
    std::vector<Affine> inputs = add_inputs(model.program, bounds.box);
    model.encoding = add_network(model.program, network, bounds, std::move(inputs), before);
  }
  const Affine y = model.encoding.pre_activation(network, k, j);
  model.program.offset = -y.constant;
  for (const Term& term : y.terms) {
    model.program.columns[static_cast<std::size_t>(term.column)].cost -= term.coefficient;
  }
  return model;
}

/// Values from the image, the bound of what is shown, and the status that the two deserve.
void complete(Excitation& result, const Network& network, const Bounds& bounds, int k, int j) {
  // Hidden and relu units show max(0, y); the neuron's own bound is one more proof.
  const bool clipped = k < network.depth() || network.output == OutputKind::relu;
  result.bound = std::min(result.bound, bounds.at(k, j).upper);
  if (clipped) result.bound = std::max(0.0, result.bound);
  if (result.image.size() == 0) return;
  const double y = pre_activations(network, result.image)[static_cast<std::size_t>(k - 1)](j);
  result.activation = clipped ? std::max(0.0, y) : y;
  result.bound = std::max(result.bound, result.activation);
  const double slack = result.bound - result.activation;
  const double scale = std::max(1.0, std::abs(result.activation));
  if (slack <= 1e-6 * scale) {
    result.status = AnswerStatus::optimal;
  } else if (result.status == AnswerStatus::optimal) {
    result.status = AnswerStatus::gap;  // the solver's tolerances leave more than 1e-6
  }
}

/// Largest w x + b over the box.
Eigen::VectorXd best_corner(const Eigen::VectorXd& w, const Box& box) {
  return (w.array() > 0).select(box.upper, box.lower);
}

}  // namespace

Excitation excite_by_search(const Network& network, const Bounds& bounds, int k, int j,
                            const SearchOptions& options, const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  Excitation result;
  if (k == 1) {  // affine: bounds.at(1, j) is exact, but for rounding
    const Layer& layer = network.layer(1);
    result.image = best_corner(layer.weights.row(j).transpose(), bounds.box);
    result.bound = bounds.at(k, j).upper;
    result.status = AnswerStatus::optimal;
  } else {
    search::ExtremeOptions inner;
    inner.gap = options.gap;
    const auto found = search::search_extreme(
        network, bounds, k, Eigen::VectorXd::Unit(network.width(k), j), deadline, inner);
    result.image = found.point;
    result.bound = found.bound;
    result.nodes = found.statistics.nodes;
    result.status = found.finished           ? AnswerStatus::gap
                    : deadline.interrupted() ? AnswerStatus::interrupted
                                             : AnswerStatus::time_limit;
  }
  // Bounds that a solver proved decide what this search leaves out.
  result.proof = bounds.solver.empty() ? "search" : "solver";
  complete(result, network, bounds, k, j);
  result.seconds = watch.seconds();
  return result;
}

Excitation excite_by_mip(const Network& network, const Bounds& bounds, int k, int j,
                         const MipOptions& options, const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  Excitation result;
  const auto solver = make_solver(options.solver);
  if (!solver) {
    result.note = solver.error().message;
    return result;
  }
  EncodingOptions encoding;
  encoding.basic = options.basic;
  const bool convert = options.basic && !(*solver)->native_indicators();
  encoding.formulation = convert ? Formulation::bigm : options.formulation;
  const UnitModel model = unit_model(network, bounds, k, j, encoding);
  SolveOptions limits;
  limits.deadline = Deadline::after(options.time_limit, interrupt);
  limits.relative_gap = options.gap;
  const auto solution = (*solver)->solve(model.program, limits);
  result.seconds = watch.seconds();
  if (!solution || solution->status == SolveStatus::failed ||
      solution->status == SolveStatus::unbounded || solution->status == SolveStatus::infeasible) {
    result.note = solution ? fmt::format("{}: {} {}", options.solver, name(solution->status),
                                         solution->detail)
                           : solution.error().message;
    return result;
  }
  result.proof = "solver";
  result.nodes = solution->nodes;
  result.bound = -solution->bound;
  switch (solution->status) {
    case SolveStatus::interrupted:
      result.status = AnswerStatus::interrupted;
      break;
    case SolveStatus::optimal:
      result.status = AnswerStatus::optimal;
      break;
    case SolveStatus::gap:
      result.status = AnswerStatus::gap;
      break;
    default:
      result.status = AnswerStatus::time_limit;
      break;
  }
  if (!solution->values.empty()) {
    result.image = input_values(model.encoding, solution->values)
                       .cwiseMax(bounds.box.lower)
                       .cwiseMin(bounds.box.upper);
  }
  complete(result, network, bounds, k, j);
  return result;
}

}  // namespace brink
