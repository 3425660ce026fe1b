#include "brink/bounds/rescale_bounds.h"

#include <algorithm>
#include <cmath>

namespace brink {

namespace {

double size_of(const NeuronBounds& neuron) {
  return std::max(std::abs(neuron.lower), std::abs(neuron.upper));
}

/// Brings `size` into [1, 2).
int exponent_of(double size) {
  return size > 0 && std::isfinite(size) ? -std::ilogb(size) : 0;
}

}  // namespace

Bounds rescaled(Bounds bounds, const Exponents& exponents, std::string hash) {
  bounds.network = std::move(hash);
  for (std::size_t k = 0; k < bounds.layers.size(); ++k) {
    for (std::size_t j = 0; j < bounds.layers[k].size(); ++j) {
      NeuronBounds& neuron = bounds.layers[k][j];
      neuron.lower = std::ldexp(neuron.lower, exponents[k][j]);
      neuron.upper = std::ldexp(neuron.upper, exponents[k][j]);
    }
  }
  return bounds;
}

Bounds rescaled(const Bounds& bounds, const Network& network, const Exponents& exponents) {
  return rescaled(bounds, exponents, content_hash(network));
}

Exponents own_units(const Bounds& bounds, bool one_for_outputs) {
  Exponents exponents;
  for (const auto& layer : bounds.layers) {
    exponents.emplace_back();
    double largest = 0;
    for (const NeuronBounds& neuron : layer) {
      exponents.back().push_back(exponent_of(size_of(neuron)));
      largest = std::max(largest, size_of(neuron));
    }
    const bool outputs = exponents.size() == bounds.layers.size();
    if (outputs && one_for_outputs) exponents.back().assign(layer.size(), exponent_of(largest));
  }
  return exponents;
}

Exponents inverse(Exponents exponents) {
  for (auto& layer : exponents) {
    for (int& exponent : layer) exponent = -exponent;
  }
  return exponents;
}

InOwnUnits in_own_units(const Network& network, const Bounds& bounds, bool one_for_outputs) {
  InOwnUnits own{own_units(bounds, one_for_outputs), network, bounds};
  if (auto scaled = rescaled(network, own.exponents)) {
    own.network = std::move(*scaled);
    own.bounds = rescaled(bounds, own.network, own.exponents);
  } else {
    for (auto& layer : own.exponents) std::fill(layer.begin(), layer.end(), 0);
  }
  return own;
}

}  // namespace brink
