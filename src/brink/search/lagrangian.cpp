#include "brink/search/lagrangian.h"

#include <algorithm>
#include <cmath>

#include "brink/search/layer_products.h"

namespace brink::search {

namespace {

/// A sum with what its rounding is charged by.
struct Tally {
  double value = 0, size = 0;
  void add(double term) {
    value += term;
    size += std::abs(term);
  }
};

/// min of r_x x + r_s s over the box that L <= x - s <= U leaves, one of them zero where the phase
/// is open; s = 0 of linear units.
double least(const Intervals& node, int neuron, double r_x, double r_s) {
  const auto id = static_cast<std::size_t>(neuron);
  const double lower = node.lower[id], upper = node.upper[id];
  if (node.is_linear(neuron)) return std::min(r_x * lower, r_x * upper);
  const double x_high = std::max(0.0, upper), s_high = std::max(0.0, -lower);
  if (lower >= 0 && upper > 0) return std::min(r_x * lower, r_x * x_high);
  if (upper <= 0 && lower < 0) return std::min(r_s * -upper, r_s * s_high);
  return std::min({0.0, r_x * x_high, r_s * s_high});
}

/// No |t| of a point of the node is larger.
double margin_limit(const Problem& problem, const Intervals& node) {
  const auto width = problem.rows().cols();
  const int first = problem.neuron(problem.hidden_layers(), 0);
  Eigen::VectorXd highest(width);
  for (Eigen::Index j = 0; j < width; ++j) {
    highest(j) = node.size(first + static_cast<int>(j));
  }
  return ((problem.rows().cwiseAbs() * highest + problem.rhs().cwiseAbs()).array() + 1).maxCoeff();
}

/// Given the costs of all x that the multipliers carry back, and W^1' y^1.
Proof believed(const Problem& problem, const Intervals& node, const Cost& cost,
               Multipliers multipliers, Eigen::VectorXd costs, Eigen::VectorXd direction,
               const Ball& ball, Eigen::VectorXd* maximiser) {
  const Eigen::VectorXd& y = multipliers.neurons;
  const Eigen::VectorXd& rho = multipliers.rows;
  if (cost.neuron >= 0) costs(cost.neuron) += cost.sign;
  const int first_width = problem.first_width();
  Tally tally;
  PlanesProof planes;
  if (!multipliers.planes.empty()) {
    costs.head(first_width) += multipliers.planes.weights;
    planes = add_planes(problem, multipliers.planes, ball, direction);
    tally.add(planes.constant);
  }
  for (int k = 2; k <= problem.hidden_layers(); ++k) {
    const Eigen::VectorXd& bias = problem.network().layer(k).bias;
    const int first = problem.neuron(k, 0);
    for (Eigen::Index j = 0; j < bias.size(); ++j) tally.add(-y(first + j) * bias(j));
  }
  for (int j = 0; j < first_width; ++j) tally.add(-y(j) * problem.first_center()(j));
  for (Eigen::Index i = 0; i < rho.size(); ++i) {
    tally.add(rho(i) * problem.rhs()(i));
    tally.size += rho(i) * problem.rhs_magnitudes()(i);
  }
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    // What a reduced cost's terms may sum up to, but for the neuron's own multiplier.
    const bool last = k == problem.hidden_layers();
    const double behind =
        last ? rho.cwiseAbs().sum()
             : y.segment(problem.neuron(k + 1, 0), problem.network().width(k + 1)).cwiseAbs().sum();
    const double scale = 1 + (last ? problem.row_magnitude() : problem.largest_weight()) * behind;
    const int end = problem.neuron(k, 0) + static_cast<int>(problem.network().width(k));
    for (int i = problem.neuron(k, 0); i < end; ++i) {
      const auto id = static_cast<std::size_t>(i);
      const double c_s = i == cost.neuron ? -cost.sign : 0;
      tally.add(least(node, i, costs(i) + y(i), c_s - y(i)));
      const double room = std::max(0.0, node.upper[id]) + std::max(0.0, -node.lower[id]);
      tally.size += (scale + std::abs(y(i)) + std::abs(costs(i))) * room;
    }
  }
  const double limit = margin_limit(problem, node);
  const double r_t = rho.sum() - (cost.margin ? 1 : 0);
  tally.add(std::min(r_t * limit, cost.any_margin ? -r_t * limit : 0.0));
  tally.size += (1 + rho.cwiseAbs().sum()) * limit;

  Proof proof;
  const Eigen::VectorXd first = y.head(first_width);
  proof.direction = std::move(direction);
  const Ball::Support support = ball.support(proof.direction, maximiser);
  const double operations = 2.0 * problem.neurons() + static_cast<double>(rho.size()) + 16;
  const double doubt = std::numeric_limits<double>::epsilon() * operations * tally.size +
                       first.cwiseAbs().dot(problem.first_doubt()) + planes.doubt + support.error;
  proof.outside_ball = tally.value - doubt;
  proof.value = proof.outside_ball - support.value;
  proof.multipliers = std::move(multipliers);
  return proof;
}

}  // namespace

Eigen::VectorXd carried_back(const Problem& problem, int k, const Multipliers& multipliers) {
  if (k == problem.hidden_layers()) return problem.rows().transpose() * -multipliers.rows;
  const Layer& next = problem.network().layer(k + 1);
  return next.weights.transposed(
      -multipliers.neurons.segment(problem.neuron(k + 1, 0), next.weights.rows()));
}

Proof prove(const Problem& problem, const Intervals& node, const Cost& cost,
            Multipliers multipliers, const Ball& ball, Eigen::VectorXd* maximiser) {
  Eigen::VectorXd costs(problem.neurons()), direction;
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    costs.segment(problem.neuron(k, 0), problem.network().width(k)) =
        carried_back(problem, k, multipliers);
  }
  problem.first_direction(multipliers.neurons.head(problem.first_width()), direction);
  return believed(problem, node, cost, std::move(multipliers), std::move(costs),
                  std::move(direction), ball, maximiser);
}

std::vector<Proof> prove(const Problem& problem, std::vector<Multiplied> many, const Ball& ball,
                         std::vector<Eigen::VectorXd>* maximisers) {
  const auto count = static_cast<Eigen::Index>(many.size());
  RowMatrix costs(count, problem.neurons()), y, before;
  for (int k = problem.hidden_layers(); k >= 0; --k) {
    const Eigen::Index width = problem.network().width(k);
    if (k == problem.hidden_layers()) {
      y.resize(count, problem.rhs().size());
      for (Eigen::Index b = 0; b < count; ++b) {
        y.row(b) = many[static_cast<std::size_t>(b)].multipliers.rows;
      }
      before = y * problem.rows();
    } else {
      const int first = problem.neuron(k + 1, 0);
      y.resize(count, problem.network().width(k + 1));
      for (Eigen::Index b = 0; b < count; ++b) {
        y.row(b) = many[static_cast<std::size_t>(b)].multipliers.neurons.segment(first, y.cols());
      }
      walk_back(problem.network().layer(k + 1).weights, y, before);
    }
    if (k > 0) costs.middleCols(problem.neuron(k, 0), width) = -before;
  }
  std::vector<Proof> proofs;
  if (maximisers != nullptr) maximisers->resize(many.size());
  for (std::size_t b = 0; b < many.size(); ++b) {
    const auto row = static_cast<Eigen::Index>(b);
    proofs.push_back(believed(problem, *many[b].node, many[b].cost, std::move(many[b].multipliers),
                              costs.row(row), before.row(row), ball,
                              maximisers != nullptr ? &(*maximisers)[b] : nullptr));
  }
  return proofs;
}

double excluded_radius(const Proof& proof, Ball ball) {
  if (proof.outside_ball <= 0) return 0;
  double low = 0, high = ball.radius();
  for (int step = 0; step < 40; ++step) {
    const double middle = 0.5 * (low + high);
    ball.set_radius(middle);
    const Ball::Support support = ball.support(proof.direction);
    (proof.outside_ball - support.value - support.error > 0 ? low : high) = middle;
  }
  return low;
}

}  // namespace brink::search
