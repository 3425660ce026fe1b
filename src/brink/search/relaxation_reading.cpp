// What a solved relaxation says: neurons' states, whom to branch on, how far its proof reaches.
#include <algorithm>
#include <cmath>

#include "brink/search/relaxation.h"

namespace brink::search {

namespace {

constexpr double kViolated = 1e-7;  ///< x and s both above: the phase is violated

}  // namespace

Relaxation::NeuronState Relaxation::state(int neuron) const {
  const Slot& slot = slots_[static_cast<std::size_t>(neuron)];
  NeuronState state;
  // A program that ended infeasible or stalled has values outside their boxes.
  if (slot.x >= 0) state.x = std::max(0.0, simplex_.value(slot.x));
  if (slot.x >= 0) state.s = std::max(0.0, simplex_.value(slot.s));
  if (slot.triangle >= 0 && !simplex_.multipliers().empty()) {
    state.triangle = triangle_multiplier(slot) * slot.slope * slot.triangle_lower;
  }
  return state;
}

int Relaxation::branching_neuron(const Phasing& phasing) const {
  // The multiplier of a violated neuron's triangle says how much the objective would give up with
  // it; damped by how far the neuron is from both its phases. Without a violated neuron (the
  // program is right about all phases, but not about the bound) the widest open one.
  int best = -1, widest = -1;
  double best_score = 1e-12, widest_score = 0;
  for (int id = 0; id < problem_->neurons(); ++id) {
    if (!phasing.unstable(id)) continue;
    const auto i = static_cast<std::size_t>(id);
    const NeuronState neuron = state(id);
    const double violation = std::min(neuron.x / phasing.upper[i], -neuron.s / phasing.lower[i]);
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

bool Relaxation::leans_active(const Phasing& phasing, int neuron) const {
  const auto i = static_cast<std::size_t>(neuron);
  const NeuronState at = state(neuron);
  return at.x / phasing.upper[i] >= -at.s / phasing.lower[i];
}

std::vector<int> Relaxation::promising_flips() const {
  std::vector<std::pair<double, int>> gains;
  for (int id = 0; id < problem_->neurons(); ++id) {
    const Slot& slot = slots_[static_cast<std::size_t>(id)];
    if (slot.triangle < 0) continue;
    const bool active = slot.upper > 0;
    const int other = active ? slot.s : slot.x;
    if (simplex_.is_basic(other)) continue;
    const double gain = -simplex_.reduced_cost(other);
    if (gain > 1e-6) gains.emplace_back(gain, id);
  }
  std::sort(gains.begin(), gains.end(), std::greater<>());
  std::vector<int> neurons;
  for (const auto& [gain, id] : gains) neurons.push_back(id);
  return neurons;
}

Eigen::VectorXd Relaxation::program_change(const Ball& ball, const PointPool& pool) const {
  Eigen::VectorXd change = Eigen::VectorXd::Zero(ball.size());
  double total = 0;
  for (std::size_t c = 0; c < point_columns_.size(); ++c) {
    const double share = simplex_.value(first_point_column_ + static_cast<int>(c));
    const int id = point_columns_[c].id;
    if (share <= 0 || id < pool.begin()) continue;
    change += share * pool.point(id).change;
    total += share;
  }
  const double room = ball.shrinking(pool.radius(), ball.radius());
  if (total > room) change *= room / total;
  return change;
}

double Relaxation::excluded_radius(const Ball& ball) const {
  if (outside_ball_ <= 0) return 0;
  Ball smaller = ball;
  double low = 0, high = ball.radius();
  for (int step = 0; step < 40; ++step) {
    const double middle = 0.5 * (low + high);
    smaller.set_radius(middle);
    const auto support = smaller.support(pixel_direction_);
    (outside_ball_ - support.value - support.error > 0 ? low : high) = middle;
  }
  return low;
}

}  // namespace brink::search
