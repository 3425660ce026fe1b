// Frank-Wolfe on the slack of the output rows (Chen et al. 2020 use it for attacks), because its
// linear subproblem over the ball is the support function that the proofs use too: one code for
// the four norms, and iterates that are sparse for L1 and L0.
#include "brink/search/attack.h"

#include <algorithm>
#include <array>
#include <limits>

namespace brink::search {

double slack_gradient(const Problem& problem, const Eigen::VectorXd& x, double leak,
                      Eigen::VectorXd& gradient) {
  const Network& network = problem.network();
  std::vector<Eigen::VectorXd> y;
  Eigen::VectorXd activation;
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    const Layer& layer = network.layer(k);
    Eigen::VectorXd next;
    if (k == 1) {
      problem.first_image(x, next);
    } else {
      next = layer.weights * activation;
    }
    next += layer.bias;
    activation = next;
    layer.activate(activation);
    y.push_back(std::move(next));
  }
  Eigen::Index least = 0;
  const double slack = (problem.rows() * activation - problem.rhs()).minCoeff(&least);
  Eigen::VectorXd back = problem.rows().row(least).transpose();
  for (int k = problem.hidden_layers(); k >= 1; --k) {
    const Eigen::VectorXd& here = y[static_cast<std::size_t>(k - 1)];
    for (Eigen::Index j = 0; j < back.size(); ++j) {
      if (here(j) <= 0 && !network.layer(k).is_linear(j)) back(j) *= leak;
    }
    if (k == 1) {
      problem.first_direction(back, gradient);
    } else {
      back = network.layer(k).weights.transposed(back);
    }
  }
  return slack;
}

std::optional<Eigen::VectorXd> attack(const Problem& problem, const Ball& ball,
                                      const Eigen::VectorXd& start, double leak, int steps,
                                      const Deadline& deadline, double least) {
  constexpr std::array kLengths = {1.0, 0.5, 0.2, 0.05};
  const Eigen::VectorXd& image = problem.image();
  Eigen::VectorXd change = start, gradient, corner;
  double slack = slack_gradient(problem, image + change, leak, gradient);
  for (int step = 0; step < steps; ++step) {
    if (slack >= least) return image + change;
    if (deadline.expired()) return std::nullopt;
    ball.support(gradient, &corner);
    Eigen::VectorXd best;
    double best_slack = -std::numeric_limits<double>::infinity();
    for (const double length : kLengths) {
      Eigen::VectorXd next = change + length * (corner - change);
      const double value = problem.slack(image + next);
      if (value > best_slack) {
        best_slack = value;
        best = std::move(next);
      }
      if (value >= least) break;
    }
    if (best.size() == 0) return std::nullopt;  // values that doubles cannot hold
    if (best_slack <= slack + 1e-12 && leak == 0) return std::nullopt;
    change = std::move(best);
    slack = slack_gradient(problem, image + change, leak, gradient);
  }
  if (slack >= least) return image + change;
  return std::nullopt;
}

}  // namespace brink::search
