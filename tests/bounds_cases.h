// Networks and boxes on which bounds are tested, and inputs that try to break the bounds.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "brink/bounds/bounds.h"
#include "random_network.h"

namespace brink::testing {

struct BoundsCase {
  std::string name;
  Network network;
  Box box;
};

/// Ordinary networks, and what is degenerate about networks and boxes.
inline std::vector<BoundsCase> bounds_cases() {
  Random random(7);
  std::vector<BoundsCase> cases;
  const auto add = [&cases](std::string name, Network network, Box box) {
    cases.push_back({std::move(name), std::move(network), std::move(box)});
  };
  add("small", random_network({3, 4, 3, 2}, random), Box::uniform(3, 0, 1));
  add("deep", random_network({4, 5, 5, 4, 4, 3}, random, 1.8), Box::uniform(4, 0, 1));
  add("many inputs", random_network({60, 8, 6, 4}, random, 3), Box::uniform(60, 0, 1));
  add("box around zero", random_network({5, 6, 5, 3}, random), Box::uniform(5, -2, 1.5));
  add("relu output", random_network({4, 6, 3}, random, 2, OutputKind::relu), Box::uniform(4, 0, 1));
  add("one layer", random_network({6, 5}, random), Box::uniform(6, -1, 1));

  Network zeros = random_network({4, 5, 4, 3}, random);
  zeros.layers[0].weights.dense().row(1).setZero();
  zeros.layers[0].bias(1) = 0;
  zeros.layers[1].weights.dense().setZero();
  add("zero weights", zeros, Box::uniform(4, 0, 1));

  Network dead = random_network({4, 5, 5, 3}, random);
  dead.layers[0].bias(0) = -50;
  dead.layers[1].bias.head(2).setConstant(-80);
  dead.layers[1].bias(2) = 90;
  add("dead neurons", dead, Box::uniform(4, 0, 1));

  const Eigen::VectorXd point = random_point(5, random);
  add("a point", random_network({5, 6, 5, 3}, random, 2), {point, point});
  Box flat = Box::uniform(5, 0, 1);
  flat.upper.head(3) = flat.lower.head(3) = point.head(3);
  add("flat box", random_network({5, 6, 5, 3}, random, 2), flat);

  Network uneven = random_network({4, 6, 5, 3}, random);
  uneven.layers[0].weights.dense() *= 1e6;
  uneven.layers[1].weights.dense() *= 1e-5;
  uneven.layers[2].weights.dense() *= 1e3;
  add("uneven sizes", uneven, Box::uniform(4, 0, 1));
  return cases;
}

/// The gradient of y_j^k at x; ties at 0 count as inactive.
inline Eigen::VectorXd gradient(const Network& network, int k, Eigen::Index j,
                                const std::vector<Eigen::VectorXd>& y) {
  Eigen::VectorXd g = network.layer(k).weights.dense().row(j).transpose();
  for (int i = k - 1; i >= 1; --i) {
    const Eigen::VectorXd& pre = y[static_cast<std::size_t>(i - 1)];
    g = network.layer(i).weights.dense().transpose() *
        (pre.array() > 0).select(g.array(), 0.0).matrix().eval();
  }
  return g;
}

/// An input at which sign * y_j^k is locally large: from x to the corner that the gradient points
/// at, as long as that gains.
inline Eigen::VectorXd climb(const Network& network, const Box& box, int k, Eigen::Index j,
                             double sign, Eigen::VectorXd x) {
  double best = -1e300;
  for (int step = 0; step < 20; ++step) {
    const auto y = pre_activations(network, x);
    const double value = sign * y[static_cast<std::size_t>(k - 1)](j);
    if (value <= best) break;
    best = value;
    const Eigen::VectorXd g = sign * gradient(network, k, j, y);
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      if (g(i) != 0) x(i) = g(i) > 0 ? box.upper(i) : box.lower(i);
    }
  }
  return x;
}

/// Calls `visit` with `count` random inputs of the box (some of them corners), and with a local
/// maximiser and minimiser of every neuron from `climbs` random starts each.
inline void visit_inputs(const BoundsCase& c, int count, int climbs,
                         const std::function<void(const Eigen::VectorXd&)>& visit) {
  Random random(11);
  const auto draw = [&] {
    Eigen::VectorXd x(c.box.size());
    const bool corner = random.index(3) == 0;
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const double low = c.box.lower(i), high = c.box.upper(i);
      x(i) = corner ? (random.index(2) == 0 ? low : high)
                    : std::min(high, low + (high - low) * random.uniform());
    }
    return x;
  };
  for (int i = 0; i < count; ++i) visit(draw());
  for (int k = 1; k <= c.network.depth(); ++k) {
    for (Eigen::Index j = 0; j < c.network.width(k); ++j) {
      for (int start = 0; start < climbs; ++start) {
        for (const double sign : {1.0, -1.0}) {
          visit(climb(c.network, c.box, k, j, sign, draw()));
        }
      }
    }
  }
}

/// Empty if all pre-activations at x, as the forward pass computes them, lie within the bounds (no
/// tolerance); else which does not.
inline std::string outside(const Network& network, const Bounds& bounds, const Eigen::VectorXd& x) {
  const auto y = pre_activations(network, x);
  for (int k = 1; k <= network.depth(); ++k) {
    for (Eigen::Index j = 0; j < network.width(k); ++j) {
      const double value = y[static_cast<std::size_t>(k - 1)](j);
      const NeuronBounds& b = bounds.at(k, j);
      if (!(b.lower <= value && value <= b.upper)) {
        return fmt::format("y_{}^{} = {:.17g} is not in [{:.17g}, {:.17g}] ({}, {})", j, k, value,
                           b.lower, b.upper, name(b.lower_source), name(b.upper_source));
      }
    }
  }
  return {};
}

}  // namespace brink::testing
