#include "brink/network/rescale.h"

#include <cmath>

namespace brink {

std::optional<Network> rescaled(const Network& network, const Exponents& exponents, int inputs) {
  Network result = network;
  result.as_in_file.reset();
  bool exact = true;
  const auto scale = [&exact](double& number, int exponent) {
    const double scaled = std::ldexp(number, exponent);
    exact = exact && std::isfinite(scaled) && std::ldexp(scaled, -exponent) == number;
    number = scaled;
  };
  for (std::size_t k = 0; k < result.layers.size(); ++k) {
    Layer& layer = result.layers[k];
    layer.rounding.resize(0);  // in the old units, and accounted for there
    for (Eigen::Index j = 0; j < layer.bias.size(); ++j) {
      const int unit = exponents[k][static_cast<std::size_t>(j)];
      scale(layer.bias(j), unit);
      layer.weights.change_row(j, [&](Eigen::Index i, double& weight) {
        const int before = k == 0 ? inputs : exponents[k - 1][static_cast<std::size_t>(i)];
        scale(weight, unit - before);
      });
    }
  }
  if (!exact) return std::nullopt;
  return result;
}

}  // namespace brink
