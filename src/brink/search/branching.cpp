// The multiplier of a violated neuron's triangle says how much the objective would give up with it;
// damped by how far the neuron is from both its phases. Without a violated neuron (the program is
// right about all phases, but not about the bound) the widest open one.
#include "brink/search/branching.h"

#include <algorithm>
#include <cmath>

namespace brink::search {

namespace {

constexpr double kViolated = 1e-7;  ///< x and s both above: the phase is violated
constexpr double kLeastScore = 1e-12;
constexpr double kLeastGain = 1e-6;

}  // namespace

int branching_neuron(const Intervals& bounds, const std::vector<NeuronState>& states) {
  int best = -1, widest = -1;
  double best_score = kLeastScore, widest_score = 0;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto id = static_cast<int>(i);
    if (!bounds.unstable(id)) continue;
    const NeuronState& neuron = states[i];
    const double violation = std::min(neuron.x / bounds.upper[i], -neuron.s / bounds.lower[i]);
    const double score = neuron.triangle * std::sqrt(std::sqrt(violation));
    if (std::min(neuron.x, neuron.s) > kViolated && score > best_score) {
      best_score = score;
      best = id;
    }
    if (widest < 0 || 1e-3 + violation + neuron.triangle > widest_score) {
      widest_score = 1e-3 + violation + neuron.triangle;
      widest = id;
    }
  }
  return best >= 0 ? best : widest;
}

std::array<Split, 2> phase_split(const Intervals& bounds, const std::vector<NeuronState>& states) {
  const int neuron = branching_neuron(bounds, states);
  const auto i = static_cast<std::size_t>(neuron);
  const bool active = states[i].x / bounds.upper[i] >= -states[i].s / bounds.lower[i];
  return {{{neuron, !active}, {neuron, active}}};
}

std::vector<int> promising_flips(const std::vector<NeuronState>& states) {
  std::vector<std::pair<double, int>> gains;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].gain > kLeastGain) gains.emplace_back(states[i].gain, static_cast<int>(i));
  }
  std::sort(gains.begin(), gains.end(), std::greater<>());
  std::vector<int> neurons;
  for (const auto& [gain, id] : gains) neurons.push_back(id);
  return neurons;
}

}  // namespace brink::search
