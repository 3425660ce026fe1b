#include "brink/bounds/rescale_bounds.h"

#include <cmath>

namespace brink {

Bounds rescaled(const Bounds& bounds, const Network& network, const Exponents& exponents) {
  Bounds result = bounds;
  result.network = content_hash(network);
  for (std::size_t k = 0; k < result.layers.size(); ++k) {
    for (std::size_t j = 0; j < result.layers[k].size(); ++j) {
      NeuronBounds& neuron = result.layers[k][j];
      neuron.lower = std::ldexp(neuron.lower, exponents[k][j]);
      neuron.upper = std::ldexp(neuron.upper, exponents[k][j]);
    }
  }
  return result;
}

}  // namespace brink
