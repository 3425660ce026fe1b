// Bounds layer by layer; the neurons of a layer do not depend on each other: each is a piece of
// work for a crew, which has the whole layer in every process before it begins the next.
//
// Each layer starts from interval and symbolic bounds (free), computed anew since the layers
// before are tighter now. Then the LP relaxation, and for `exact` a search: brink's own
// (search/extreme.h) or a MIP solver's (mip_side.cpp). Nothing is skipped because its sign is
// settled: the bounds of stable neurons are the M's and column bounds of later models.
//
// All of this happens in units near 1, as the symbolic bounds suggest them: programs and searches
// have absolute tolerances. The units are powers of two, so nothing is lost on the way there and
// back.
#include "brink/tighten/tighten.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

#include "brink/base/near_word.h"
#include "brink/bounds/rescale_bounds.h"
#include "brink/bounds/rounding.h"
#include "brink/search/extreme.h"
#include "layer_lp.h"
#include "mip_side.h"
#include "neuron_bytes.h"

namespace brink {

namespace {

/// One run: what all layers share.
struct Run {
  const Network& network;  ///< in these units
  const Exponents& units;
  const TightenOptions& options;
  Crew& crew;
  std::unique_ptr<MipSolver> solver;  // null: the search
  Deadline deadline, proposing;       // of programs, and of what needs none
  Stopwatch watch;
  double seconds_before = 0;  // t_pre of `known`
  int total = 0;              // neurons to treat
  int done = 0;
  mutable std::atomic<int> outputs_left = 0;  // that this process has not begun; outputs_only
};

/// When a neuron has to be done. Outputs alone share the time out: none takes what others need, and
/// what one leaves is there for those after it.
Deadline limit_of_neuron(const Run& run) {
  if (!run.options.request.outputs_only) return run.deadline;
  const int left = std::max(1, run.outputs_left--);
  const int rounds = (left + run.options.threads - 1) / run.options.threads;
  return run.deadline.within(run.deadline.remaining() / rounds);
}

/// `bound` of a side into the neuron's bounds. A finished search settles the side even if a cheaper
/// bound is tighter within the search's margins.
void settle(NeuronBounds& neuron, const Side& side, const SideBound& proven) {
  if (!std::isfinite(proven.bound)) return;
  double& own = side.sign > 0 ? neuron.lower : neuron.upper;
  BoundSource& source = side.sign > 0 ? neuron.lower_source : neuron.upper_source;
  const bool tighter = proven.bound > side.sign * own;
  if (tighter) own = side.sign * proven.bound;
  if (tighter || proven.source == BoundSource::exact) source = proven.source;
}

bool settled(const Run& run, BoundSource source) {
  if (source == BoundSource::exact) return true;
  return source == BoundSource::stopped && run.options.request.limit_per_bound.has_value();
}

/// `unit`: of the neuron.
SideBound bound_by_search(const search::LayerExtremes& extremes, Eigen::Index width,
                          const Side& side, int unit, const Deadline& deadline) {
  const int larger = search_unit(unit) - unit;
  Eigen::VectorXd c = Eigen::VectorXd::Zero(width);
  c(side.j) = std::ldexp(-side.sign, larger);
  const auto found = extremes.search(c, deadline);
  return {std::ldexp(-found.bound, -larger),
          found.finished ? BoundSource::exact : BoundSource::stopped};
}

/// Both sides of neuron j; `lp` is the thread's own.
Expected<NeuronBounds> tighten_neuron(const Run& run, const LayerModel& model,
                                      const std::optional<search::LayerExtremes>& extremes,
                                      LayerLp& lp, Eigen::Index j, NeuronBounds neuron) {
  const BoundRequest& request = run.options.request;
  const Deadline whole = limit_of_neuron(run);
  for (const double sign : {1.0, -1.0}) {
    if (settled(run, sign > 0 ? neuron.lower_source : neuron.upper_source)) continue;
    if (run.deadline.expired()) break;
    const Side side = side_of(model, j, sign);
    const double half = request.outputs_only && sign > 0 ? 0.5 * whole.remaining() : kInfinity;
    const Deadline limit =
        whole.within(std::min(half, request.limit_per_bound.value_or(kInfinity)));
    settle(neuron, side, lp.bound(side, run.deadline));
    if (request.method != BoundMethod::exact) continue;
    if (run.solver) {
      const auto proven = bound_by_mip(model, side, *run.solver, limit);
      if (!proven) return tl::unexpected(proven.error());
      settle(neuron, side, *proven);
    } else {
      const int unit =
          run.units[static_cast<std::size_t>(model.k - 1)][static_cast<std::size_t>(j)];
      const SideBound proven =
          bound_by_search(*extremes, model.network.width(model.k), side, unit, limit);
      if (run.deadline.interrupted()) return interrupted();  // not as far as its limit allows
      settle(neuron, side, proven);
    }
  }
  return neuron;
}

/// LPs of a layer's model that stay warm from neuron to neuron: as many as there are threads at
/// work.
class LpPool {
 public:
  explicit LpPool(const LayerModel& model) : model_(model) {}

  std::unique_ptr<LayerLp> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<LayerLp>(model_);
    auto lp = std::move(idle_.back());
    idle_.pop_back();
    return lp;
  }
  void give_back(std::unique_ptr<LayerLp> lp) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(lp));
  }

 private:
  const LayerModel& model_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<LayerLp>> idle_;
};

/// The leader's layer k, or its error, in every process.
Expected<void> share_layer(Run& run, Bounds& bounds, int k, const Expected<void>& done) {
  const auto bytes = run.crew.share(done.map([&] { return to_bytes(bounds.layer(k)); }));
  if (!bytes) return tl::unexpected(bytes.error());
  if (run.crew.leads()) return {};
  auto neurons = neurons_from_bytes(*bytes);
  if (!neurons) return tl::unexpected(neurons.error());
  if (static_cast<int>(neurons->size()) != bounds.width(k)) {
    return failure("the leader's bounds of layer {} are {}, not {}", k, neurons->size(),
                   bounds.width(k));
  }
  bounds.set_layer(k, *neurons);
  return {};
}

/// The neurons of layer k: pieces of work for the crew.
Expected<void> tighten_layer(Run& run, Bounds& bounds, int k) {
  const LayerModel model = layer_model(run.network, bounds, k);
  LpPool lps(model);
  std::optional<search::LayerExtremes> extremes;
  if (!run.solver && run.options.request.method == BoundMethod::exact) {
    extremes.emplace(run.network, bounds, k);
  }
  const std::vector<NeuronBounds> begun = bounds.layer(k);
  const auto work = [&](int j) -> std::optional<std::string> {
    const NeuronBounds& own = begun[static_cast<std::size_t>(j)];
    if (run.deadline.interrupted()) return std::nullopt;
    if (run.deadline.expired()) return to_bytes(std::vector{own});
    auto lp = lps.take();
    const auto neuron = tighten_neuron(run, model, extremes, *lp, j, own);
    lps.give_back(std::move(lp));
    if (run.deadline.interrupted()) return std::nullopt;
    return neuron ? to_bytes(std::vector{*neuron}) : to_bytes(neuron.error());
  };
  const auto keep = [&](int j, const std::string& bytes) -> Expected<void> {
    const auto neuron = neurons_from_bytes(bytes);
    if (!neuron) return tl::unexpected(neuron.error());
    bounds.set(k, j, neuron->at(0));
    bounds.t_pre = run.seconds_before + run.watch.seconds();
    ++run.done;
    if (run.options.on_progress) run.options.on_progress(run.done, run.total);
    // Of neurons that come too late there is nothing to tell, and many to tell it of.
    if (run.options.on_bounds && run.deadline.remaining() > 0) run.options.on_bounds(bounds);
    return {};
  };
  auto done = run.crew.run(bounds.width(k), run.options.threads, work, keep);
  if (done && run.deadline.interrupted()) done = interrupted();
  return share_layer(run, bounds, k, done);
}

/// Layer k by the methods that need no solver, now that the layers before are tighter.
void propose(const Network& network, Bounds& bounds, int k, const Deadline& deadline) {
  const auto interval = interval_layer(network, bounds, k);
  const auto symbolic = symbolic_layer(network, bounds, k, deadline);
  const bool affine = !has_unstable(bounds, k);
  for (std::size_t j = 0; j < interval.size(); ++j) {
    const auto unit = static_cast<Eigen::Index>(j);
    NeuronBounds neuron = intersect(bounds.at(k, unit), intersect(interval[j], symbolic[j]));
    if (affine && symbolic[j].lower_source == BoundSource::symbolic) {
      neuron.lower_source = neuron.upper_source = BoundSource::exact;
    }
    bounds.set(k, unit, neuron);
  }
}

Expected<void> check_same(const Bounds& known, const Bounds& bounds) {
  if (known.network != bounds.network || !(known.box == bounds.box) ||
      known.neurons() != bounds.neurons()) {
    return bad_request("the bounds to go on from are of another network or box");
  }
  return {};
}

void adopt(Bounds& bounds, const Bounds& known) {
  for (int id = 0; id < bounds.neurons().count(); ++id) {
    NeuronBounds own = bounds.at(id);
    const NeuronBounds theirs = known.at(id);
    settle(own, {0, 1, {}, 0}, {theirs.lower, theirs.lower_source});
    settle(own, {0, -1, {}, 0}, {-theirs.upper, theirs.upper_source});
    bounds.set(id, own);
  }
}

Expected<void> check_finite(const Bounds& bounds) {
  const auto finite = [](const std::vector<double>& side) {
    return std::all_of(side.begin(), side.end(), [](double value) { return std::isfinite(value); });
  };
  if (finite(bounds.intervals().lower) && finite(bounds.intervals().upper)) return {};
  return bad_request("interval arithmetic overflows: weights or box are too large");
}

}  // namespace

Expected<std::unique_ptr<MipSolver>> make_bound_solver(const std::string& name) {
  if (name == "search") return nullptr;
  std::vector<std::string> known = solver_names();
  if (std::find(known.begin(), known.end(), name) != known.end()) return make_solver(name);
  known.insert(known.begin(), "search");
  return unknown_word("solver", name, known);
}

Expected<BoundRequest> parse_bound_method(std::string_view text) {
  if (text == "interval") return BoundRequest{BoundMethod::interval, std::nullopt};
  if (text == "symbolic") return BoundRequest{BoundMethod::symbolic, std::nullopt};
  if (text == "lp") return BoundRequest{BoundMethod::lp, std::nullopt};
  if (text == "weak") return BoundRequest{BoundMethod::exact, 1.0};
  if (text == "exact") return BoundRequest{BoundMethod::exact, std::nullopt};
  return unknown_word("bounds method", text, {"interval", "symbolic", "lp", "weak", "exact"});
}

std::string method_text(const BoundRequest& request) {
  const char* ending = request.outputs_only ? ":outputs" : "";
  switch (request.method) {
    case BoundMethod::interval:
      return "interval";
    case BoundMethod::symbolic:
      return "symbolic";
    case BoundMethod::lp:
      return fmt::format("lp{}", ending);
    case BoundMethod::exact:
      break;
  }
  if (!request.limit_per_bound) return fmt::format("exact{}", ending);
  if (*request.limit_per_bound == 1) return fmt::format("weak{}", ending);
  return fmt::format("weak:{}{}", *request.limit_per_bound, ending);
}

namespace {

/// lp and exact, in the units of `bounds`, which are symbolic: the result is in them too.
Expected<Bounds> by_programs(Run& run, Bounds bounds) {
  if (run.options.known != nullptr) {
    adopt(bounds, *run.options.known);
    run.seconds_before = run.options.known->t_pre;
  }
  const int depth = run.network.depth();
  const int first = run.options.request.outputs_only ? std::max(2, depth) : 2;
  for (int k = first; k <= depth; ++k) run.total += static_cast<int>(run.network.width(k));
  run.outputs_left = run.total;
  for (int k = first; k <= depth; ++k) {
    propose(run.network, bounds, k, run.proposing);
    if (auto ok = tighten_layer(run, bounds, k); !ok) return tl::unexpected(ok.error());
  }
  bounds.t_pre = run.seconds_before + run.watch.seconds();
  return bounds;
}

}  // namespace

Expected<Bounds> tighten(const Network& network, const Box& box, const TightenOptions& options,
                         const std::atomic<bool>* interrupt) {
  const BoundMethod method = options.request.method;
  auto solver = make_bound_solver(options.solver);
  if (!solver) return tl::unexpected(solver.error());
  const Stopwatch watch;
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  // Processes must have the same bounds to begin with, the threads of one may do what they can.
  const bool alone = options.crew == nullptr || options.crew->processes() == 1;
  const Deadline proposing = alone ? deadline : Deadline();
  Bounds bounds = method == BoundMethod::interval ? interval_bounds(network, box)
                                                  : symbolic_bounds(network, box, proposing);
  if (alone && deadline.interrupted()) return interrupted();
  bounds.method = method_text(options.request);
  if (method == BoundMethod::exact && options.solver != "search") bounds.solver = options.solver;
  if (auto ok = check_finite(bounds); !ok) return tl::unexpected(ok.error());
  const auto distance = distance_from_file(network, box);  // bounds are of the file's graph
  if (method == BoundMethod::interval || method == BoundMethod::symbolic) {
    widen(bounds, distance);
    return bounds;
  }

  const std::string hash = bounds.network;
  InOwnUnits own = in_own_units(network, bounds, false);
  const Exponents back = inverse(own.exponents);
  TightenOptions inner = options;
  std::optional<Bounds> known;
  if (options.known != nullptr) {
    if (auto ok = check_same(*options.known, bounds); !ok) return tl::unexpected(ok.error());
    known = rescaled(*options.known, own.exponents, own.bounds.network);
    inner.known = &*known;
  }
  if (options.on_bounds) {
    inner.on_bounds = [&](const Bounds& so_far) {
      Bounds told = rescaled(so_far, back, hash);
      widen(told, distance);
      options.on_bounds(told);
    };
  }
  ThreadCrew threads(interrupt);
  Run run{own.network,
          own.exponents,
          inner,
          options.crew != nullptr ? *options.crew : threads,
          std::move(*solver),
          deadline,
          proposing,
          watch};
  return by_programs(run, std::move(own.bounds)).map([&](Bounds&& proven) {
    Bounds told = rescaled(std::move(proven), back, hash);
    widen(told, distance);
    return told;
  });
}

}  // namespace brink
