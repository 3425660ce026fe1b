// Each side of each open neuron is an item of slope_ascent.h, with multipliers of the problem's
// rows: of interest are points that fool the network, which says more about a neuron than the ball
// does (Kotha et al. 2023 bound preimages so). Later layers profit from earlier ones and, through
// the rows, earlier from later: passes go on while they settle neurons. A side begins where it
// ended last, at whatever node: then a few steps are enough.
#include "brink/search/slope_tightening.h"

#include <algorithm>
#include <vector>

#include "brink/search/claims.h"
#include "brink/search/parameters.h"
#include "brink/search/slope_ascent.h"

namespace brink::search {

namespace {

constexpr std::size_t kNeuronsAtOnce = 32;
constexpr std::size_t kMostBytes = 64'000'000;  ///< of a memory: up to 2,000 neurons

/// Of those still open, in all.
double width_of(const Intervals& bounds, const std::vector<int>& neurons) {
  double width = 0;
  for (const int id : neurons) {
    const auto i = static_cast<std::size_t>(id);
    if (bounds.unstable(id)) width += bounds.upper[i] - bounds.lower[i];
  }
  return width;
}

std::optional<Intervals> one_pass(const Problem& problem, const Ball& ball, Intervals bounds,
                                  SlopeMemory& memory, const Deadline& deadline,
                                  Statistics& statistics) {
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    std::vector<int> open;
    for (int j = 0; j < static_cast<int>(problem.network().width(k)); ++j) {
      if (bounds.unstable(problem.neuron(k, j))) open.push_back(problem.neuron(k, j));
    }
    for (auto begin = open.begin(); begin != open.end() && !deadline.expired();) {
      const auto count = std::min<std::ptrdiff_t>(kNeuronsAtOnce, open.end() - begin);
      const std::vector<int> some(begin, begin + count);
      const double before = width_of(bounds, some);
      const Intervals known = bounds;
      statistics.effort += bound_some(problem, ball, known, some, true, memory, deadline, bounds);
      const bool empty = std::any_of(some.begin(), some.end(), [&](int id) {
        const auto i = static_cast<std::size_t>(id);
        return bounds.lower[i] > bounds.upper[i];
      });
      if (empty) return std::nullopt;
      // The others of the layer will not fare better.
      if (width_of(bounds, some) > (1 - parameters().slope_hope) * before) break;
      begin += count;
    }
    auto tighter = propagated(problem, ball, bounds, k + 1);
    if (!tighter || deadline.expired()) return tighter;
    bounds = std::move(*tighter);
  }
  return bounds;
}

}  // namespace

const Slopes* SlopeMemory::start(int neuron, double sign) const {
  const auto place = 2 * static_cast<std::size_t>(neuron) + (sign > 0 ? 0 : 1);
  return place < starts_.size() && starts_[place].lines.size() > 0 ? &starts_[place] : nullptr;
}

void SlopeMemory::keep(const Problem& problem, int neuron, double sign, Slopes slopes) {
  const auto neurons = static_cast<std::size_t>(problem.neurons());
  const Planes& planes = slopes.planes;
  const auto of_planes = static_cast<std::size_t>(planes.place.size() + 2 * planes.levels.size());
  const std::size_t numbers = 2 * neurons + of_planes;
  if (2 * neurons * numbers * sizeof(float) > kMostBytes) return;
  starts_.resize(2 * neurons);
  starts_[2 * static_cast<std::size_t>(neuron) + (sign > 0 ? 0 : 1)] = std::move(slopes);
}

std::int64_t bound_some(const Problem& problem, const Ball& ball, const Intervals& known,
                        const std::vector<int>& neurons, bool rows, SlopeMemory& memory,
                        const Deadline& deadline, Intervals& bounds) {
  std::vector<SlopeAscent::Item> items;
  bool cold = false;
  for (const int id : neurons) {
    for (const double sign : {1.0, -1.0}) {
      const Slopes* start = memory.start(id, sign);
      cold = cold || start == nullptr;
      items.push_back({&known, Cost{id, sign, false, false}, 0.0, start});
    }
  }
  const int steps = cold ? parameters().neuron_steps : parameters().neuron_again;
  auto run = SlopeAscent(problem, ball, memory.live).run(items, steps, rows, deadline);
  std::vector<Multiplied> multiplied;
  for (std::size_t i = 0; i < items.size(); ++i) {
    multiplied.push_back({&known, items[i].cost, std::move(run.results[i].multipliers)});
  }
  const std::vector<Proof> proofs = prove(problem, std::move(multiplied), ball);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Cost& cost = items[i].cost;
    problem.claims().proven(problem, known, cost, ball, proofs[i]);
    memory.keep(problem, cost.neuron, cost.sign, std::move(run.results[i].slopes));
    const auto id = static_cast<std::size_t>(cost.neuron);
    if (cost.sign > 0) {
      bounds.lower[id] = std::max(bounds.lower[id], proofs[i].value);
    } else {
      bounds.upper[id] = std::min(bounds.upper[id], -proofs[i].value);
    }
  }
  return run.effort;
}

std::optional<Intervals> tighten_by_slopes(const Problem& problem, const Ball& ball,
                                           Intervals bounds, SlopeMemory& memory,
                                           const Deadline& deadline, Statistics& statistics) {
  for (int pass = 0; pass < parameters().slope_passes && !deadline.expired(); ++pass) {
    const int before = bounds.unstable_count();
    auto tighter = one_pass(problem, ball, std::move(bounds), memory, deadline, statistics);
    if (!tighter) return tighter;
    bounds = std::move(*tighter);
    if (bounds.unstable_count() > (1 - parameters().slope_gain) * before) break;
  }
  return bounds;
}

std::optional<Intervals> propagated(const Problem& problem, const Ball& ball,
                                    const Intervals& bounds, int first) {
  auto tighter = problem.propagate(bounds, first);
  if (!tighter) problem.claims().nothing_within(problem, ball, bounds);
  return tighter;
}

}  // namespace brink::search
