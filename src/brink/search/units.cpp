#include "brink/search/units.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brink::search {

namespace {

constexpr double kLeastSquare = 1.7;  ///< of a norm in its own unit
/// Of an input's size: one that varies by less (fixed at a decimal that is no double, say) is taken
/// for constant. In units of such a width its size would drown all else in rounding.
constexpr double kLeastWidth = 0x1p-30;

/// e with 2^e |values| in [1.3, 2.6); 0 for zeros.
int exponent_of(const Eigen::VectorXd& values) {
  const double largest = values.size() > 0 ? values.cwiseAbs().maxCoeff() : 0;
  if (!(largest > 0) || !std::isfinite(largest)) return 0;
  const int first = -std::ilogb(largest);  // so that no square overflows
  const int square = std::ilogb(scaled(values, first).squaredNorm() / kLeastSquare);
  return first - (square >= 0 ? square / 2 : (square - 1) / 2);
}

/// A neuron's weights as the search sees them; nothing from constant inputs, which only shift it.
Eigen::VectorXd row_of(const Layer& layer, Eigen::Index j, const std::vector<int>& units,
                       const Eigen::VectorXd& widths) {
  Eigen::VectorXd row = layer.weights.row(j);
  for (Eigen::Index i = 0; i < row.size(); ++i) {
    row(i) = std::ldexp(row(i), -units[static_cast<std::size_t>(i)]) * widths(i);
  }
  return row;
}

}  // namespace

Eigen::VectorXd scaled(const Eigen::VectorXd& values, int exponent) {
  return values.unaryExpr([exponent](double value) { return std::ldexp(value, exponent); });
}

Units own_units(const Network& network, const Box& box) {
  Units units;
  Eigen::VectorXd widths = box.upper - box.lower;
  const Eigen::VectorXd sizes = box.lower.cwiseAbs().cwiseMax(box.upper.cwiseAbs());
  widths = (widths.array() < kLeastWidth * sizes.array()).select(0.0, widths);
  if (const double widest = widths.maxCoeff(); widest > 0 && std::isfinite(widest)) {
    units.inputs = -std::ilogb(widest);
  }
  widths = scaled(widths, units.inputs);
  std::vector<int> before(static_cast<std::size_t>(network.input_size()), units.inputs);
  for (const Layer& layer : network.layers) {
    std::vector<int> exponents;
    Eigen::VectorXd moves = Eigen::VectorXd::Zero(layer.bias.size());  // 0: a constant
    int least = std::numeric_limits<int>::max();
    for (Eigen::Index j = 0; j < layer.bias.size(); ++j) {
      const Eigen::VectorXd row = row_of(layer, j, before, widths);
      moves(j) = row.cwiseAbs().maxCoeff() > 0 ? 1 : 0;
      exponents.push_back(
          exponent_of(moves(j) > 0 ? row : Eigen::VectorXd(layer.bias.segment(j, 1))));
      if (moves(j) > 0) least = std::min(least, exponents.back());
    }
    if (&layer == &network.layers.back()) {
      exponents.assign(exponents.size(), least < std::numeric_limits<int>::max() ? least : 0);
    }
    before = exponents;
    widths = moves;
    units.neurons.push_back(std::move(exponents));
  }
  return units;
}

ClosestQuestion rescaled(ClosestQuestion question, const Units& units) {
  question = with_outputs_scaled(std::move(question), units.outputs());
  if (question.lead) *question.lead = std::ldexp(*question.lead, units.outputs());
  if (question.cap) *question.cap = std::ldexp(*question.cap, units.inputs);
  question.box = {scaled(question.box.lower, units.inputs),
                  scaled(question.box.upper, units.inputs)};
  return question;
}

}  // namespace brink::search
