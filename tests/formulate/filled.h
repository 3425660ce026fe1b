// What the formulation tests share: interval bounds written out once more, and the values that a
// forward pass gives to the columns of a program, found by their names.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "brink/formulate/formulate.h"

namespace brink::testing {

inline Bounds plain_interval_bounds(const Network& network, const Box& box) {
  Bounds bounds;
  bounds.box = box;
  Eigen::VectorXd low = box.lower, high = box.upper;
  for (const Layer& layer : network.layers) {
    const Eigen::MatrixXd plus = layer.weights.dense().cwiseMax(0),
                          minus = layer.weights.dense().cwiseMin(0);
    const Eigen::VectorXd l = plus * low + minus * high + layer.bias;
    const Eigen::VectorXd u = plus * high + minus * low + layer.bias;
    std::vector<NeuronBounds> neurons;
    for (Eigen::Index j = 0; j < l.size(); ++j) {
      neurons.push_back({l(j) - 1e-12, u(j) + 1e-12});
    }
    bounds.add_layer(neurons);
    low = l.cwiseMax(0);
    high = u.cwiseMax(0);
  }
  return bounds;
}

/// max pooling of y = W x + b, two windows of two numbers each and one of all four:
///     matches {0, 1}, {2, 3} in layer 1, {0, 1, 2, 3} in layer 2, outputs V of the three in layer
///     3
inline Network pooled(const Eigen::MatrixXd& w, const Eigen::VectorXd& b,
                      const Eigen::MatrixXd& v) {
  const Eigen::MatrixXd lead{{1, -1, 0, 0}, {0, 0, 1, -1}, {0, 1, 0, 0}, {0, 0, 0, 1}};
  const Eigen::MatrixXd winners{{1, 0, 1, 0}, {0, 1, 0, 1}};
  const Eigen::MatrixXd last{{1, -1}, {1, 0}, {0, 1}};
  const Eigen::MatrixXd largest{{0, 1, 0}, {0, 0, 1}, {1, 0, 1}};
  Network network;
  network.layers = {{lead * w, lead * b, {0, 0, 1, 1}},
                    {last * winners, Eigen::VectorXd::Zero(3), {0, 1, 1}},
                    {v * largest, Eigen::VectorXd::Zero(v.rows())}};
  const Part x0{1, 0, false}, s0{1, 0, true}, x1{1, 1, false}, s1{1, 1, true};
  const Part x{2, 0, false}, s{2, 0, true};
  network.maxima = {{{s0}, {x0}}, {{s1}, {x1}}, {{s0, s}, {x0, s}, {s1, x}, {x1, x}}};
  return network;
}

/// Splits "x_2_0" into "x", {2, 0}.
inline std::pair<std::string, std::vector<int>> parts(const std::string& name) {
  std::vector<int> numbers;
  std::size_t at = name.find('_');
  const std::string head = name.substr(0, at);
  while (at != std::string::npos) {
    const std::size_t next = name.find('_', at + 1);
    numbers.push_back(std::stoi(name.substr(at + 1, next - at - 1)));
    at = next;
  }
  return {head, numbers};
}

/// Column values at input x for the image x~.
class Filled {
 public:
  Filled(const Program& program, const Network& network, Eigen::VectorXd image, Eigen::VectorXd x)
      : program_(program),
        image_(std::move(image)),
        x_(std::move(x)),
        layers_(pre_activations(network, x_)),
        linear_output_(network.output == OutputKind::linear),
        rest_up_((x_ - image_).cwiseMax(0)),
        rest_down_((image_ - x_).cwiseMax(0)) {}

  std::vector<double> values() {
    std::vector<double> result;
    for (const Column& column : program_.columns) {
      const auto [head, numbers] = parts(column.name);
      if (head == "W") {
        result.push_back(distance(Norm::linf, x_, image_));
      } else if (numbers.size() == 1) {
        result.push_back(distance_column(head, numbers[0]));
      } else if (head == "p" || head == "n") {
        result.push_back(segment(head == "p" ? rest_up_ : rest_down_, numbers[0], column));
      } else if (head == "l" || head == "y") {
        result.push_back(weight(head, numbers[0], numbers[1]));
      } else {
        result.push_back(neuron(head, numbers[0], numbers[1]));
      }
    }
    return result;
  }

 private:
  double distance_column(const std::string& head, int j) const {
    const double change = x_(j) - image_(j);
    if (head == "p") return std::max(0.0, change);
    if (head == "n") return std::max(0.0, -change);
    if (head == "u") return change != 0 ? 1 : 0;
    return std::abs(change);  // d
  }

  /// Segments fill up in order.
  static double segment(Eigen::VectorXd& rest, int j, const Column& column) {
    const double part = std::min(rest(j), column.upper);
    rest(j) -= part;
    return part;
  }

  /// The breakpoints of pixel j are the roots of the costs of its weights.
  double weight(const std::string& head, int j, int i) const {
    std::vector<double> points;
    for (const Column& column : program_.columns) {
      if (column.name.starts_with(fmt::format("l_{}_", j)))
        points.push_back(std::sqrt(column.cost));
    }
    const double d = std::abs(x_(j) - image_(j));
    std::size_t right = 1;
    while (right + 1 < points.size() && points[right] < d) ++right;
    const auto index = static_cast<std::size_t>(i);
    if (index != right && index + 1 != right) return 0;
    if (head == "y") return 1;
    const double share = (d - points[right - 1]) / (points[right] - points[right - 1]);
    return index == right ? share : 1 - share;
  }

  double neuron(const std::string& head, int k, int j) const {
    if (k == 0) return x_(j);
    const double y = layers_[static_cast<std::size_t>(k - 1)](j);
    if (head == "x") return linear_output_ && k == depth() ? y : std::max(0.0, y);
    if (head == "s") return std::max(0.0, -y);
    return y > 0 ? 0 : 1;  // z
  }

  int depth() const { return static_cast<int>(layers_.size()); }

  const Program& program_;
  Eigen::VectorXd image_, x_;
  std::vector<Eigen::VectorXd> layers_;
  bool linear_output_;
  Eigen::VectorXd rest_up_, rest_down_;
};

inline ClosestQuestion question(Norm norm, Eigen::Index inputs) {
  ClosestQuestion result = papers_question();
  result.norm = norm;
  result.box = Box::uniform(inputs, 0, 1);
  return result;
}

}  // namespace brink::testing
