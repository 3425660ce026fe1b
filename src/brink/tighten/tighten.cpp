// For each neuron of layer k, max and min of y_j^k over the model of layers 1..k-1, with the bounds
// found so far; the neurons of a layer do not depend on each other and run in parallel.
//
// Each layer starts from interval and symbolic bounds (free), then the LP relaxation, one solver a
// thread warm-started from neuron to neuron; its claim is the bound that its multipliers prove,
// never its objective. The MILP follows for `exact`, its claim the solver's dual bound, moved
// outward by what the solver's tolerances can hide (kSolverSlack). A first-layer neuron is exact by
// intervals; a MILP without binaries is exact by its LP.
#include "brink/tighten/tighten.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "brink/base/deadline.h"
#include "brink/base/parallel.h"
#include "brink/formulate/formulate.h"
#include "brink/solve/lp.h"

namespace brink {

namespace {

/// Relative (and absolute, near 0) margin around a MILP's dual bound: CBC works to 1e-9 in rows and
/// integrality, times an M of tens and a few layers of weights.
constexpr double kSolverSlack = 1e-6;

/// The model that precedes layer k, and y_j^k over it.
struct LayerModel {
  Program program;
  NetworkEncoding encoding;
};

LayerModel layer_model(const Network& network, const Bounds& known, int k) {
  LayerModel model;
  EncodingOptions options;
  options.last_layer = k - 1;
  std::vector<Affine> inputs = add_inputs(model.program, known.box);
  model.encoding = add_network(model.program, network, known, std::move(inputs), options);
  return model;
}

/// Costs of min sign * y_j^k; the constant is returned apart.
double set_costs(const Affine& y, double sign, std::vector<double>& costs) {
  std::fill(costs.begin(), costs.end(), 0.0);
  for (const Term& term : y.terms)
    costs[static_cast<std::size_t>(term.column)] += sign * term.coefficient;
  return sign * y.constant;
}

class LayerTightener {
 public:
  LayerTightener(const Network& network, const Bounds& known, int k, const TightenOptions& options,
                 const MipSolver& solver, const std::atomic<bool>* interrupt)
      : network_(network),
        k_(k),
        options_(options),
        solver_(solver),
        interrupt_(interrupt),
        model_(layer_model(network, known, k)),
        continuous_(model_.program.integer_count() == 0) {}

  /// Both sides of neuron j from `start`; a thread's own warm LP.
  Expected<NeuronBounds> tighten(LpSolver& lp, Eigen::Index j, NeuronBounds start) const {
    const Affine y = model_.encoding.pre_activation(network_, k_, j);
    std::vector<double> costs(model_.program.columns.size());
    for (const double sign : {1.0, -1.0}) {
      const double constant = set_costs(y, sign, costs);
      lp.set_costs(costs);
      const LpSolution solution = lp.solve(Deadline::after(60, interrupt_));
      const double doubt = 1e-14 * (std::abs(constant) + 1);
      const double bound = lp.safe_bound(solution.duals) + constant - doubt;
      start = intersect(start,
                        one_sided(sign, bound, continuous_ ? BoundSource::exact : BoundSource::lp));
      if (options_.request.method != BoundMethod::exact || continuous_) continue;
      const auto exact = by_mip(costs, constant, sign);
      if (!exact) return tl::unexpected(exact.error());
      start = intersect(start, *exact);
    }
    return start;
  }

  const Program& program() const { return model_.program; }

 private:
  static NeuronBounds one_sided(double sign, double bound, BoundSource source) {
    NeuronBounds result{-kInfinity, kInfinity, source, source};
    if (!std::isfinite(bound)) return result;
    (sign > 0 ? result.lower : result.upper) = sign * bound;
    return result;
  }

  Expected<NeuronBounds> by_mip(const std::vector<double>& costs, double constant,
                                double sign) const {
    Program program = model_.program;
    for (std::size_t c = 0; c < costs.size(); ++c) program.columns[c].cost = costs[c];
    program.offset = constant;
    SolveOptions limits;
    limits.deadline =
        Deadline::after(options_.request.limit_per_bound.value_or(kInfinity), interrupt_);
    const auto solution = solver_.solve(program, limits);
    if (!solution) return tl::unexpected(solution.error());
    if (solution->status == SolveStatus::interrupted) {
      return tl::unexpected(Error{Error::Kind::interrupted, "interrupted while tightening bounds"});
    }
    if (solution->status == SolveStatus::infeasible || solution->status == SolveStatus::unbounded) {
      return failure("bounds: {} calls the model of layer {} {}, which it cannot be",
                     solver_.name(), k_, name(solution->status));
    }
    const double slack = kSolverSlack * std::max(1.0, std::abs(solution->bound));
    return one_sided(
        sign, solution->bound - slack,
        solution->status == SolveStatus::optimal ? BoundSource::exact : BoundSource::stopped);
  }

  const Network& network_;
  int k_;
  const TightenOptions& options_;
  const MipSolver& solver_;
  const std::atomic<bool>* interrupt_;
  LayerModel model_;
  bool continuous_;
};

/// All neurons of layer k, in blocks of one warm LP a thread.
Expected<void> tighten_layer(const Network& network, Bounds& bounds, int k,
                             const TightenOptions& options, const MipSolver& solver,
                             const std::atomic<bool>* interrupt,
                             const std::function<void()>& on_neuron) {
  const LayerTightener tightener(network, bounds, k, options, solver, interrupt);
  std::vector<NeuronBounds>& layer = bounds.layers[static_cast<std::size_t>(k - 1)];
  const int width = static_cast<int>(layer.size());
  const int blocks = std::min(options.threads, width);
  std::atomic<int> next = 0;
  std::mutex mutex;
  std::optional<Error> first_error;
  parallel_for(blocks, options.threads, [&](int) {
    LpSolver lp(tightener.program());
    for (int j = next++; j < width; j = next++) {
      const auto tightened = tightener.tighten(lp, j, layer[static_cast<std::size_t>(j)]);
      if (!tightened) {
        const std::lock_guard lock(mutex);
        if (!first_error) first_error = tightened.error();
        next = width;
        return;
      }
      layer[static_cast<std::size_t>(j)] = *tightened;
      on_neuron();
    }
  });
  if (first_error) return tl::unexpected(*first_error);
  if (interrupt != nullptr && interrupt->load()) {
    return tl::unexpected(Error{Error::Kind::interrupted, "interrupted while tightening bounds"});
  }
  return {};
}

std::string method_name(const BoundRequest& request) {
  switch (request.method) {
    case BoundMethod::interval:
      return "interval";
    case BoundMethod::symbolic:
      return "symbolic";
    case BoundMethod::lp:
      return "lp";
    case BoundMethod::exact:
      return request.limit_per_bound ? "weak" : "exact";
  }
  return "?";
}

}  // namespace

Expected<BoundRequest> parse_bound_method(std::string_view text) {
  if (text == "interval") return BoundRequest{BoundMethod::interval, std::nullopt};
  if (text == "symbolic") return BoundRequest{BoundMethod::symbolic, std::nullopt};
  if (text == "lp") return BoundRequest{BoundMethod::lp, std::nullopt};
  if (text == "weak") return BoundRequest{BoundMethod::exact, 1.0};
  if (text == "exact") return BoundRequest{BoundMethod::exact, std::nullopt};
  return bad_request("unknown bounds method '{}': use interval, symbolic, lp, weak or exact", text);
}

Expected<Bounds> tighten(const Network& network, const Box& box, const TightenOptions& options,
                         const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  Bounds bounds = options.request.method == BoundMethod::interval ? interval_bounds(network, box)
                                                                  : symbolic_bounds(network, box);
  bounds.method = method_name(options.request);
  if (options.request.method == BoundMethod::lp || options.request.method == BoundMethod::exact) {
    const auto solver = make_solver(options.solver);
    if (!solver) return tl::unexpected(solver.error());
    int total = 0;
    for (int k = 2; k <= network.depth(); ++k) total += static_cast<int>(network.width(k));
    std::atomic<int> done = 0;
    const auto on_neuron = [&] {
      const int count = ++done;
      if (options.on_progress) options.on_progress(count, total);
    };
    for (int k = 2; k <= network.depth(); ++k) {
      // The layers before are tighter now than when the symbolic bounds were made.
      const auto symbolic = symbolic_layer(network, bounds, k);
      const auto interval = interval_layer(network, bounds, k);
      auto& layer = bounds.layers[static_cast<std::size_t>(k - 1)];
      for (std::size_t j = 0; j < layer.size(); ++j) {
        layer[j] = intersect(intersect(layer[j], symbolic[j]), interval[j]);
      }
      const auto tightened =
          tighten_layer(network, bounds, k, options, **solver, interrupt, on_neuron);
      if (!tightened) return tl::unexpected(tightened.error());
    }
  }
  bounds.t_pre = watch.seconds();
  return bounds;
}

}  // namespace brink
