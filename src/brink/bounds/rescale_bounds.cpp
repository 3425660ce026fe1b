#include "brink/bounds/rescale_bounds.h"

#include <algorithm>
#include <cmath>

namespace brink {

namespace {

double size_of(const NeuronBounds& neuron) {
  return std::max(std::abs(neuron.lower), std::abs(neuron.upper));
}

/// What later layers see of a hidden neuron is max(0, y); M- = -L may be so many times M+ = U.
constexpr double kMostUneven = 1024;

double hidden_size(const NeuronBounds& neuron) {
  return neuron.unstable() ? std::max(neuron.upper, -neuron.lower / kMostUneven) : size_of(neuron);
}

/// Brings `size` into [1, 2).
int exponent_of(double size) {
  return size > 0 && std::isfinite(size) ? -std::ilogb(size) : 0;
}

int exponent_of(const Exponents& exponents, const Neurons& neurons, int id) {
  const auto layer = static_cast<std::size_t>(neurons.layer_of(id) - 1);
  return exponents[layer][static_cast<std::size_t>(neurons.unit_of(id))];
}

}  // namespace

Bounds rescaled(Bounds bounds, const Exponents& exponents, std::string hash) {
  bounds.network = std::move(hash);
  for (int id = 0; id < bounds.neurons().count(); ++id) {
    const int exponent = exponent_of(exponents, bounds.neurons(), id);
    NeuronBounds neuron = bounds.at(id);
    neuron.lower = std::ldexp(neuron.lower, exponent);
    neuron.upper = std::ldexp(neuron.upper, exponent);
    bounds.set(id, neuron);
  }
  return bounds;
}

Bounds rescaled(const Bounds& bounds, const Network& network, const Exponents& exponents) {
  return rescaled(bounds, exponents, content_hash(network));
}

Exponents own_units(const Bounds& bounds, bool one_for_outputs) {
  Exponents exponents;
  for (int k = 1; k <= bounds.depth(); ++k) {
    const bool outputs = k == bounds.depth();
    exponents.emplace_back();
    double largest = 0;
    for (const NeuronBounds& neuron : bounds.layer(k)) {
      exponents.back().push_back(exponent_of(outputs ? size_of(neuron) : hidden_size(neuron)));
      largest = std::max(largest, size_of(neuron));
    }
    if (outputs && one_for_outputs) {
      std::fill(exponents.back().begin(), exponents.back().end(), exponent_of(largest));
    }
  }
  return exponents;
}

Exponents inverse(Exponents exponents) {
  for (auto& layer : exponents) {
    for (int& exponent : layer) exponent = -exponent;
  }
  return exponents;
}

int search_unit(int own) {
  return std::max(own + 10, std::min(0, own + 40));
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
