// Private to this folder: the two ways of writing z = 1 -> x <= 0, z = 0 -> s <= 0.
#pragma once

#include <string>

#include "brink/formulate/formulate.h"

namespace brink {

/// The split y = x - s of one neuron whose columns x, s are in the program. `label` is "k_j".
struct SplitNeuron {
  NeuronColumns& columns;
  NeuronBounds bounds;
  std::string label;
};

/// Each adds the binary z_k_j to the program and to `neuron.columns`, and its two constraints.
void add_relu_bigm(Program& program, SplitNeuron neuron);
void add_relu_indicator(Program& program, SplitNeuron neuron);

inline void add_relu(Program& program, SplitNeuron neuron, Formulation formulation) {
  if (formulation == Formulation::bigm) return add_relu_bigm(program, std::move(neuron));
  add_relu_indicator(program, std::move(neuron));
}

}  // namespace brink
