// Inside one pattern the network is affine and the largest margin in the ball is a small program:
// the search's relaxation with every phase fixed. Its solution sits on the pattern's boundary; the
// reduced cost of a neuron's other phase says whether the margin goes on rising beyond (region
// flipping). One neuron is flipped at a time, the most promising first, and no pattern is entered
// twice. A warm simplex makes a step cost some ten pivots.
#include "brink/search/ascent.h"

#include <algorithm>
#include <set>

#include "brink/search/branching.h"

namespace brink::search {

Ascent::Ascent(const Problem& problem, Intervals root, Statistics& statistics)
    : problem_(problem),
      root_(std::move(root)),
      statistics_(statistics),
      relaxation_(problem, root_) {}

Intervals Ascent::bounds_of(const std::vector<bool>& active) const {
  Intervals bounds = root_;
  for (std::size_t i = 0; i < active.size(); ++i) {
    if (root_.is_linear(static_cast<int>(i))) continue;
    if (active[i]) {
      bounds.lower[i] = std::max(0.0, bounds.lower[i]);
    } else {
      bounds.upper[i] = std::min(0.0, bounds.upper[i]);
    }
  }
  return bounds;
}

std::optional<Eigen::VectorXd> Ascent::climb(const Ball& ball, PointPool& pool,
                                             std::vector<bool> active, int steps,
                                             const Deadline& deadline, double least) {
  constexpr int kRounds = 6;
  constexpr Objective kMargin = {.whole = true};
  for (int i = 0; i < problem_.neurons(); ++i) {  // settled ones have no choice
    const auto id = static_cast<std::size_t>(i);
    if (!root_.unstable(i)) active[id] = !root_.inactive(i);
  }
  std::set<std::vector<bool>> visited = {active};
  for (int step = 0; step < steps && !deadline.expired(); ++step) {
    const NodeBound bound = statistics_.count(
        relaxation_.minimise(bounds_of(active), kMargin, ball, pool, -least, kRounds, deadline));
    if (bound.empty()) return std::nullopt;
    const Eigen::VectorXd change = pool.change(bound.solution, ball);
    if (problem_.slack(problem_.image_with(change)) >= least) return change;
    bool flipped = false;
    for (const int neuron : promising_flips(bound.states)) {
      const auto id = static_cast<std::size_t>(neuron);
      if (!root_.unstable(neuron)) continue;
      active[id] = !active[id];
      flipped = visited.insert(active).second;
      if (flipped) break;
      active[id] = !active[id];
    }
    if (!flipped) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace brink::search
