#include "brink/pattern/pattern.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace brink {

Phases phases_at(const Network& network, const Eigen::VectorXd& x) {
  const std::vector<Eigen::VectorXd> y = pre_activations(network, x);
  Phases phases;
  for (std::size_t k = 0; k + 1 < y.size(); ++k) {
    std::vector<bool> layer;
    for (Eigen::Index j = 0; j < y[k].size(); ++j) {
      layer.push_back(y[k](j) >= 0 || network.layers[k].is_linear(j));
    }
    phases.push_back(std::move(layer));
  }
  return phases;
}

namespace {

/// Hidden units that have a phase.
Eigen::Index relus(const Network& network) {
  Eigen::Index count = 0;
  for (int k = 1; k < network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    count += layer.bias.size() - std::count(layer.linear.begin(), layer.linear.end(), char{1});
  }
  return count;
}

}  // namespace

PatternPolytope pattern_polytope(const Network& network, const Phases& phases,
                                 const OutputRegion& region) {
  const Eigen::Index inputs = network.input_size();
  PatternPolytope polytope;
  polytope.phase_rows = relus(network);
  polytope.rows.resize(polytope.phase_rows + std::ssize(region.rows), inputs);
  polytope.rhs.resize(polytope.rows.rows());

  // x^{k-1} = A x^0 + c, starting from the identity.
  Eigen::MatrixXd a;
  Eigen::VectorXd c;
  Eigen::Index row = 0;
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    a = k == 1 ? layer.weights.to_dense() : layer.weights * a;
    c = k == 1 ? layer.bias : Eigen::VectorXd(layer.weights * c + layer.bias);
    if (k == network.depth()) break;
    for (Eigen::Index j = 0; j < c.size(); ++j) {
      if (layer.is_linear(j)) continue;
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

Eigen::MatrixXd pattern_rows(const Network& network, const Phases& phases,
                             const OutputRegion& region, const std::vector<Eigen::Index>& numbers) {
  // Forms of x^k, walked back from the last layer; a row begins as its neuron's y.
  Eigen::MatrixXd forms = Eigen::MatrixXd::Zero(std::ssize(numbers), network.output_size());
  Eigen::Index first = relus(network);  // number of the layer's first row
  for (std::size_t r = 0; r < numbers.size(); ++r) {
    if (numbers[r] < first) continue;
    forms.row(static_cast<Eigen::Index>(r)) =
        region.rows[static_cast<std::size_t>(numbers[r] - first)].coefficients.transpose();
  }
  for (int k = network.depth(); k > 1; --k) {
    forms = network.layer(k).weights.after(forms);
    const Layer& layer = network.layer(k - 1);
    const std::vector<bool>& active = phases[static_cast<std::size_t>(k - 2)];
    std::vector<Eigen::Index> units;  // with a phase
    for (Eigen::Index j = 0; j < forms.cols(); ++j) {
      if (layer.is_linear(j)) continue;
      units.push_back(j);
      if (!active[static_cast<std::size_t>(j)]) forms.col(j).setZero();
    }
    const Eigen::Index last = std::exchange(first, first - std::ssize(units));
    for (std::size_t r = 0; r < numbers.size(); ++r) {
      if (numbers[r] < first || numbers[r] >= last) continue;
      const Eigen::Index j = units[static_cast<std::size_t>(numbers[r] - first)];
      forms(static_cast<Eigen::Index>(r), j) = active[static_cast<std::size_t>(j)] ? 1 : -1;
    }
  }
  return network.layer(1).weights.after(forms);
}

Eigen::VectorXd pattern_slacks(const Network& network, const Phases& phases,
                               const OutputRegion& region, const Eigen::VectorXd& x) {
  using Extended = Eigen::Matrix<long double, Eigen::Dynamic, 1>;
  std::vector<double> slacks;
  Extended activation = x.cast<long double>(), y;
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    y = layer.bias.cast<long double>();
    if (layer.weights.is_sparse()) {
      y += layer.weights.sparse().cast<long double>() * activation;
    } else {
      for (Eigen::Index i = 0; i < activation.size(); ++i) {
        if (activation(i) == 0) continue;
        y += activation(i) * layer.weights.dense().col(i).cast<long double>();
      }
    }
    if (k == network.depth()) break;
    for (Eigen::Index j = 0; j < y.size(); ++j) {
      if (layer.is_linear(j)) continue;
      const bool active = phases[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)];
      slacks.push_back(static_cast<double>(active ? y(j) : -y(j)));
      if (!active) y(j) = 0;
    }
    activation = y;
  }
  for (const OutputRow& row : region.rows) {
    slacks.push_back(static_cast<double>(row.coefficients.cast<long double>().dot(y) - row.rhs));
  }
  return Eigen::Map<const Eigen::VectorXd>(slacks.data(), std::ssize(slacks));
}

NearPolytope near_polytope(Eigen::MatrixXd rows, const Eigen::VectorXd& slacks,
                           const Eigen::VectorXd& origin, const Box& box, double radius) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  NearPolytope near;
  // One rounding each, undone outward.
  near.box.lower = (box.lower - origin).unaryExpr([&](double low) {
    return std::max(low < 0 ? std::nextafter(low, -kInfinite) : 0.0, -radius);
  });
  near.box.upper = (box.upper - origin).unaryExpr([&](double high) {
    return std::min(high > 0 ? std::nextafter(high, kInfinite) : 0.0, radius);
  });
  const double widest = std::max(near.box.upper.maxCoeff(), -near.box.lower.minCoeff());
  if (widest > 0) near.unit = std::ldexp(1.0, std::ilogb(widest));
  near.rows = std::move(rows);
  near.rhs = -slacks / near.unit;
  near.box.lower /= near.unit;
  near.box.upper /= near.unit;
  return near;
}

}  // namespace brink
