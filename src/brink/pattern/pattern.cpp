#include "brink/pattern/pattern.h"

namespace brink {

Phases phases_at(const Network& network, const Eigen::VectorXd& x) {
  const std::vector<Eigen::VectorXd> y = pre_activations(network, x);
  Phases phases;
  for (std::size_t k = 0; k + 1 < y.size(); ++k) {
    std::vector<bool> layer;
    for (const double value : y[k]) layer.push_back(value >= 0);
    phases.push_back(std::move(layer));
  }
  return phases;
}

PatternPolytope pattern_polytope(const Network& network, const Phases& phases,
                                 const OutputRegion& region) {
  const Eigen::Index inputs = network.input_size();
  Eigen::Index hidden = 0;
  for (const auto& layer : phases) hidden += static_cast<Eigen::Index>(layer.size());
  PatternPolytope polytope;
  polytope.phase_rows = hidden;
  polytope.rows.resize(hidden + static_cast<Eigen::Index>(region.rows.size()), inputs);
  polytope.rhs.resize(polytope.rows.rows());

  // x^{k-1} = A x^0 + c, starting from the identity.
  Eigen::MatrixXd a;
  Eigen::VectorXd c;
  Eigen::Index row = 0;
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    a = k == 1 ? layer.weights : Eigen::MatrixXd(layer.weights * a);
    c = k == 1 ? layer.bias : Eigen::VectorXd(layer.weights * c + layer.bias);
    if (k == network.depth()) break;
    for (Eigen::Index j = 0; j < c.size(); ++j) {
      const bool active = phases[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)];
      const double sign = active ? 1 : -1;
      polytope.rows.row(row) = sign * a.row(j);
      polytope.rhs(row) = -sign * c(j);
      ++row;
      if (!active) {
        a.row(j).setZero();
        c(j) = 0;
      }
    }
  }
  for (const OutputRow& condition : region.rows) {
    polytope.rows.row(row) = condition.coefficients.transpose() * a;
    polytope.rhs(row) = condition.rhs - condition.coefficients.dot(c);
    ++row;
  }
  return polytope;
}

}  // namespace brink
