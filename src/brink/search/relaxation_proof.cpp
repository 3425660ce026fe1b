// From a program's multipliers to proofs, and what its solution says.
//
// A first-layer column that sits at a side which came from the ball (U_k, -L_k) is one more
// multiplier on the neuron's own equation, so that multiplier is moved until the column's reduced
// cost vanishes: h is sublinear, which makes the bound better. A side that was tightened says more
// than the ball does, and then the multipliers as solved may prove more: both are tried, and the
// program is extended in the direction as solved, the only one that it must answer.
#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/relaxation.h"

namespace brink::search {

double Relaxation::triangle_multiplier(const Slot& slot) const {
  if (slot.triangle < 0) return 0;
  return std::min(0.0, simplex_.multipliers()[static_cast<std::size_t>(slot.triangle)]);
}

/// A triangle is a row of x_k and s_k less l times the neuron's defining row. Proofs need the
/// second part only: they know the first.
Multipliers Relaxation::multipliers() const {
  const auto& solved = simplex_.multipliers();
  Multipliers result;
  result.neurons = Eigen::VectorXd::Zero(problem_->neurons());
  result.rows.resize(problem_->rhs().size());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.x < 0) continue;
    double& y = result.neurons(static_cast<Eigen::Index>(i));
    y = solved[static_cast<std::size_t>(slot.row)];
    if (slot.triangle >= 0) y -= slot.slope * solved[static_cast<std::size_t>(slot.triangle)];
  }
  for (Eigen::Index i = 0; i < result.rows.size(); ++i) {
    result.rows(i) = std::max(0.0, solved[static_cast<std::size_t>(first_margin_row_ + i)]);
  }
  return result;
}

/// Minus the multiplier of a first-layer neuron, moved from `v` so that its columns, whose reduced
/// costs without it are r_x and r_s, do not rest at a side that came from the ball.
double Relaxation::moved(const Slot& slot, double v, double r_x, double r_s) const {
  const double inf = std::numeric_limits<double>::infinity();
  // No phase, or a settled one: of an inactive neuron the side y_k <= 0 counts, as solved.
  if (slot.triangle < 0) return slot.upper > 0 ? r_x : v;
  // What the triangle takes off both: (1 - l) x + l s <= l (-L).
  const double triangle = triangle_multiplier(slot);
  r_x -= triangle * (1 - slot.slope);
  r_s -= triangle * slot.slope;
  const bool x_moves = simplex_.upper(slot.x) > simplex_.lower(slot.x);
  const bool s_moves = simplex_.upper(slot.s) > simplex_.lower(slot.s);
  const double high = x_moves ? r_x : inf;
  const double low = s_moves ? -r_s : -inf;
  return std::min(std::max(v, std::min(low, high)), std::max(low, high));
}

Multipliers Relaxation::moved(Multipliers solved, const Cost& cost) const {
  const Eigen::VectorXd costs = carried_back(*problem_, 1, solved);
  for (int i = 0; i < problem_->first_width(); ++i) {
    const Slot& slot = slots_[static_cast<std::size_t>(i)];
    if (slot.x < 0) continue;
    const double c = i == cost.neuron ? cost.sign : 0;
    solved.neurons(i) = -moved(slot, -solved.neurons(i), costs(i) + c, -c);
  }
  return solved;
}

/// The better of both, the second only if the first is not enough. `hopeless`: only as solved.
Relaxation::Priced Relaxation::prove_node(const Intervals& node, const Cost& cost, const Ball& ball,
                                          double enough, bool hopeless) const {
  Priced priced;
  const Multipliers solved = multipliers();
  priced.first = solved.neurons.head(problem_->first_width());
  if (!hopeless) {
    priced.proof = prove(*problem_, node, cost, moved(solved, cost), ball, &priced.maximiser);
    if (priced.proof.value > enough) return priced;
  }
  Proof as_solved = prove(*problem_, node, cost, solved, ball, &priced.maximiser);
  if (hopeless || as_solved.value >= priced.proof.value) priced.proof = std::move(as_solved);
  return priced;
}

NeuronState Relaxation::state(const Slot& slot) const {
  NeuronState state;
  if (slot.x < 0) return state;
  // A program that ended infeasible or stalled has values outside their boxes.
  state.x = simplex_.value(slot.x);
  if (!std::isinf(slot.upper)) state.x = std::max(0.0, state.x);
  state.s = std::max(0.0, simplex_.value(slot.s));
  if (slot.triangle < 0) return state;
  state.triangle = triangle_multiplier(slot) * slot.slope * slot.triangle_lower;
  const int other = slot.upper > 0 ? slot.s : slot.x;
  if (!simplex_.is_basic(other)) state.gain = std::max(0.0, -simplex_.reduced_cost(other));
  return state;
}

void Relaxation::read_solution(NodeBound& bound) const {
  bound.states.reserve(slots_.size());
  for (const Slot& slot : slots_) bound.states.push_back(state(slot));
  for (std::size_t c = 0; c < point_columns_.size(); ++c) {
    const double part = simplex_.value(first_point_column_ + static_cast<int>(c));
    if (part > 0) bound.solution.push_back({point_columns_[c].id, part});
  }
}

}  // namespace brink::search
