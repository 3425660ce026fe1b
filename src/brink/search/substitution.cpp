// Multipliers by walking back from the objective (CROWN, Zhang et al. 2018), for networks whose
// program (relaxation.h) would not fit in memory.
//
// With c the cost that later layers carry back to x_k, the neuron's own multiplier y_k makes its
// part of the Lagrangian, min of (c + y) x - y s, as large as it gets:
//     y = -c                where x = y, or where c >= 0 and U > -L: the line x >= y
//     y = 0                 where x = 0, or c >= 0 else: the line x >= 0
//     y = -c U / (U - L)    where c < 0: the line x <= (y - L) U / (U - L); what is left is
//                           c U (-L) / (U - L), the price of the neuron's open phase
// Of a margin's rows one has all the weight: the first, then the one that is least at the ball's
// maximiser, while that is another one.
//
// The neuron with the highest price is branched on (Bunel et al. 2020 do so too).
#include "brink/search/substitution.h"

#include <algorithm>
#include <limits>

namespace brink::search {

namespace {

constexpr int kPasses = 4;  ///< back, in the proof back and to the pixels, forward

/// y, given rho: from the last hidden layer to the first.
Multipliers walk_back(const Problem& problem, const Intervals& node, const Cost& cost,
                      const Eigen::VectorXd& rho, std::vector<NeuronState>& states) {
  Multipliers result{Eigen::VectorXd::Zero(problem.neurons()), rho};
  for (int k = problem.hidden_layers(); k >= 1; --k) {
    const int first = problem.neuron(k, 0);
    const Eigen::VectorXd costs = carried_back(problem, k, result);
    for (Eigen::Index j = 0; j < costs.size(); ++j) {
      const int neuron = first + static_cast<int>(j);
      const auto id = static_cast<std::size_t>(neuron);
      const double lower = node.lower[id], upper = node.upper[id], c = costs(j);
      double& y = result.neurons(neuron);
      if (neuron == cost.neuron) {
        y = -cost.sign;  // sign * (x - s) is its own equation
      } else if (node.inactive(neuron)) {
        y = 0;
      } else if (node.active(neuron) || (c >= 0 && upper > -lower)) {
        y = -c;
      } else if (c < 0) {
        const double slope = upper / (upper - lower);
        y = -c * slope;
        states[id].triangle = c * slope * lower;
      }
    }
  }
  return result;
}

/// x and s at a change of the image; returns the row that is least there.
Eigen::Index read_states(const Problem& problem, const Eigen::VectorXd& change,
                         std::vector<NeuronState>& states) {
  Eigen::VectorXd y, x;
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    if (k == 1) {
      problem.first_image(change, y);
      y += problem.first_center();
    } else {
      y = problem.network().layer(k).weights * x + problem.network().layer(k).bias;
    }
    x = y;
    problem.network().layer(k).activate(x);
    const auto first = static_cast<std::size_t>(problem.neuron(k, 0));
    for (Eigen::Index j = 0; j < y.size(); ++j) {
      states[first + static_cast<std::size_t>(j)].x = x(j);
      states[first + static_cast<std::size_t>(j)].s = x(j) - y(j);
    }
  }
  Eigen::Index least = 0;
  (problem.rows() * x - problem.rhs()).minCoeff(&least);
  return least;
}

}  // namespace

NodeBound Substitution::minimise(const Intervals& node, const Objective& objective,
                                 const Ball& ball, PointPool& /*pool*/, double enough, int rounds,
                                 const Deadline& deadline) {
  const Cost cost = objective.cost();
  const Eigen::Index rows = cost.margin ? problem_->rhs().size() : 1;
  NodeBound result;
  result.cost = cost;
  result.value = -std::numeric_limits<double>::infinity();
  Eigen::VectorXd rho = Eigen::VectorXd::Zero(problem_->rhs().size());
  Eigen::Index row = 0;
  for (Eigen::Index round = 0; round < std::min<Eigen::Index>(rows, rounds); ++round) {
    if (round > 0 && deadline.expired()) break;
    std::vector<NeuronState> states(static_cast<std::size_t>(problem_->neurons()));
    if (cost.margin) rho = Eigen::VectorXd::Unit(rho.size(), row);
    Eigen::VectorXd maximiser;
    Proof proof = prove(*problem_, node, cost, walk_back(*problem_, node, cost, rho, states), ball,
                        &maximiser);
    const Eigen::Index least = read_states(*problem_, maximiser, states);
    result.effort += problem_->effort_of_passes(kPasses);
    if (proof.value > *result.value || round == 0) {
      result.value = std::max(*result.value, proof.value);
      result.proof = std::move(proof);
      result.states = std::move(states);
      result.maximiser = std::move(maximiser);
    }
    if (*result.value > enough || least == row) break;
    row = least;
  }
  return result;
}

}  // namespace brink::search
