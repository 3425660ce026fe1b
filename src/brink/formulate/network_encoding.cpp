// The network's part of a program, neuron by neuron.
//
//     pre_k_j:  W_j^k x^{k-1} - x_j^k + s_j^k = -b_j^k         (7)
//     z = 1 -> x <= 0, z = 0 -> s <= 0                          (8), (9): relu_*.cpp
//     0 <= x_j^k <= max(0, U), 0 <= s_j^k <= max(0, -L)         (11)-(13)
//
// A neuron whose bounds fix its sign needs no binary: active (L >= 0) s is fixed to 0 and x = y;
// inactive (U <= 0) x is fixed to 0. Nor does a match of max pooling, where that has binaries of
// its own (maximum.cpp). The fixed columns stay (any presolve drops them) so that every neuron's x
// and s can carry a cost. The basic model keeps all binaries and no upper bounds.
//
// Source: Fischetti & Jo 2018, section 3.1.
#include <algorithm>

#include "maximum.h"
#include "relu.h"

namespace brink {

namespace {

/// sum_i weights_i v_i + constant for expressions v_i.
class AffineSum {
 public:
  explicit AffineSum(double constant) { sum_.constant = constant; }
  void add(double weight, const LinearExpression& part) {
    if (weight == 0) return;
    sum_.constant += weight * part.constant;
    for (const Term& term : part.terms) {
      sum_.terms.push_back({term.column, weight * term.coefficient});
    }
  }
  LinearExpression take() { return std::move(sum_); }

 private:
  LinearExpression sum_;
};

NeuronColumns add_split(Program& program, const NeuronBounds& bounds, const std::string& label,
                        bool basic) {
  NeuronColumns columns;
  const double x_upper = basic ? kInfinity : std::max(0.0, bounds.upper);
  const double s_upper = basic ? kInfinity : std::max(0.0, -bounds.lower);
  columns.x = program.add_column({"x_" + label, 0, x_upper, 0, false});
  columns.s = program.add_column({"s_" + label, 0, s_upper, 0, false});
  return columns;
}

/// x_j = y_j of linear units, those of the output layer and others: one column, no split.
NeuronColumns add_linear(Program& program, const NeuronBounds& bounds, const std::string& label,
                         bool basic) {
  NeuronColumns columns;
  columns.x = program.add_column({"x_" + label, basic ? -kInfinity : bounds.lower,
                                  basic ? kInfinity : bounds.upper, 0, false});
  return columns;
}

void add_neuron(Program& program, const Network& network, const Bounds& bounds,
                NetworkEncoding& encoding, const DirectMaxima& maxima, int k, Eigen::Index j,
                const EncodingOptions& options) {
  const NeuronBounds known = bounds.at(k, j);
  const std::string label = fmt::format("{}_{}", k, j);
  const bool linear = k == network.depth() ? !options.output_relu : network.layer(k).is_linear(j);
  LinearExpression row = encoding.pre_activation(network, k, j);

  NeuronColumns columns = linear ? add_linear(program, known, label, options.basic)
                                 : add_split(program, known, label, options.basic);
  row.terms.push_back({columns.x, -1});
  if (columns.s >= 0) row.terms.push_back({columns.s, 1});
  program.add_row("pre_" + label, row, 0, 0);
  if (!linear && (options.basic || known.unstable()) && !maxima.release(k, j)) {
    add_relu(program, {columns, known, label}, options.formulation);
  }
  encoding.neurons.back().push_back(columns);
}

}  // namespace

LinearExpression NetworkEncoding::activation(int k, Eigen::Index j) const {
  const auto index = static_cast<std::size_t>(j);
  if (k == 0) return inputs[index];
  return {0, {{neurons[static_cast<std::size_t>(k - 1)][index].x, 1}}};
}

LinearExpression NetworkEncoding::pre_activation(const Network& network, int k,
                                                 Eigen::Index j) const {
  const Layer& layer = network.layer(k);
  AffineSum sum(layer.bias(j));
  layer.weights.each_in_row(j, [&](Eigen::Index i, double weight) {
    if (k == 1) {
      sum.add(weight, inputs[static_cast<std::size_t>(i)]);
    } else {
      sum.add(weight, activation(k - 1, i));
    }
  });
  return sum.take();
}

std::vector<LinearExpression> add_inputs(Program& program, const Box& box) {
  std::vector<LinearExpression> inputs;
  for (Eigen::Index j = 0; j < box.size(); ++j) {
    const int column =
        program.add_column({fmt::format("x_0_{}", j), box.lower(j), box.upper(j), 0, false});
    inputs.push_back({0, {{column, 1}}});
  }
  return inputs;
}

NetworkEncoding add_network(Program& program, const Network& network, const Bounds& bounds,
                            std::vector<LinearExpression> inputs, const EncodingOptions& options) {
  NetworkEncoding encoding;
  encoding.inputs = std::move(inputs);
  const int last = options.last_layer > 0 ? options.last_layer : network.depth() - 1;
  const DirectMaxima maxima(network, last);
  for (int k = 1; k <= last; ++k) {
    encoding.neurons.emplace_back();
    for (Eigen::Index j = 0; j < network.width(k); ++j) {
      add_neuron(program, network, bounds, encoding, maxima, k, j, options);
    }
  }
  maxima.add_to(program, encoding, bounds, options);
  return encoding;
}

void add_region(Program& program, const Network& network, const NetworkEncoding& encoding,
                const OutputRegion& region) {
  for (std::size_t r = 0; r < region.rows.size(); ++r) {
    const OutputRow& condition = region.rows[r];
    AffineSum sum(0);
    for (Eigen::Index j = 0; j < condition.coefficients.size(); ++j) {
      if (condition.coefficients(j) == 0) continue;
      sum.add(condition.coefficients(j), encoding.pre_activation(network, network.depth(), j));
    }
    program.add_row(fmt::format("fooled_{}", r), sum.take(), condition.rhs, kInfinity);
  }
}

Eigen::VectorXd input_values(const NetworkEncoding& encoding, const std::vector<double>& values) {
  Eigen::VectorXd x(static_cast<Eigen::Index>(encoding.inputs.size()));
  for (std::size_t j = 0; j < encoding.inputs.size(); ++j) {
    const LinearExpression& input = encoding.inputs[j];
    double sum = input.constant;
    for (const Term& term : input.terms) {
      sum += term.coefficient * values[static_cast<std::size_t>(term.column)];
    }
    x(static_cast<Eigen::Index>(j)) = sum;
  }
  return x;
}

}  // namespace brink
