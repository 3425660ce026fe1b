// A claim that nothing is nearer than b need only be proven among the inputs that are nearer than
// b.
//
// There the neurons range less than over the box: y_j^k is minimised and maximised over the model's
// relaxation with one row more, objective <= target; layer by layer, each with what was found of
// the layers before, twice. Bounds are those that multipliers prove (LpSolver::safe_bound). Most
// neurons turn out to have one sign; the others get a smaller M. On 784-8-8-8 in L1 the proof takes
// a tenth of the nodes.
//
// It is the ball that the search tightens over (search/tightening.h), written with the MIP's rows.
#include "nearer_bounds.h"

#include <algorithm>

#include "brink/solve/lp.h"

namespace brink {

namespace {

constexpr int kPasses = 2;

/// The model with the row that keeps to the nearer points; no costs.
ClosestModel nearer_model(const RegionTask& task, const Bounds& bounds,
                          const DistanceOptions& distance, double target) {
  ClosestModel model =
      closest_model(task.network, bounds, task.question, task.region, task.image, {}, distance);
  LinearExpression objective{model.program.offset, {}};
  for (std::size_t c = 0; c < model.program.columns.size(); ++c) {
    Column& column = model.program.columns[c];
    if (column.cost == 0) continue;
    objective.terms.push_back({static_cast<int>(c), column.cost});
    column.cost = 0;
  }
  model.program.offset = 0;
  model.program.add_row("nearer", objective, -kInfinity, target);
  return model;
}

/// One layer; false: there is no point.
bool tighten_layer(const RegionTask& task, const DistanceOptions& distance, double target,
                   Bounds& bounds, int k, const Deadline& deadline) {
  const ClosestModel model = nearer_model(task, bounds, distance, target);
  LpSolver lp(model.program);
  std::vector<double> costs(model.program.columns.size());
  for (int j = 0; j < bounds.width(k); ++j) {
    NeuronBounds neuron = bounds.at(k, j);
    if (neuron.linear) continue;
    const NeuronColumns& columns =
        model.encoding.neurons[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)];
    for (const double sign : {1.0, -1.0}) {
      if (!neuron.unstable() || deadline.expired()) continue;
      costs[static_cast<std::size_t>(columns.x)] = sign;
      costs[static_cast<std::size_t>(columns.s)] = -sign;
      lp.set_costs(costs);
      const LpSolution solution = lp.solve(deadline);
      if (lp.proves_infeasible(solution.ray)) return false;
      const double least = lp.safe_bound(solution.duals);
      if (sign > 0) {
        neuron.lower = std::max(neuron.lower, least);
      } else {
        neuron.upper = std::min(neuron.upper, -least);
      }
      if (neuron.lower > neuron.upper) return false;
    }
    bounds.set(k, j, neuron);
    costs[static_cast<std::size_t>(columns.x)] = costs[static_cast<std::size_t>(columns.s)] = 0;
  }
  return true;
}

}  // namespace

std::optional<Bounds> nearer_bounds(const RegionTask& task, const DistanceOptions& distance,
                                    double target, const Deadline& deadline) {
  Bounds bounds = task.bounds;
  for (int pass = 0; pass < kPasses; ++pass) {
    for (int k = 1; k < bounds.depth(); ++k) {
      if (!tighten_layer(task, distance, target, bounds, k, deadline)) return std::nullopt;
    }
  }
  return bounds;
}

}  // namespace brink
