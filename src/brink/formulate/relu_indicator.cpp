// Indicator constraints, as the papers write them:
//
//     on_k_j:   z = 1 -> x <= 0
//     off_k_j:  z = 0 -> s <= 0
//
// The solver is left to relax them, which it can do only through the columns' upper bounds: without
// those (the basic model) the relaxation is the mere x, s >= 0.
//
// Source: Fischetti & Jo 2018, (8), (9).
#include "relu.h"

namespace brink {

void add_relu_indicator(Program& program, SplitNeuron neuron) {
  NeuronColumns& columns = neuron.columns;
  columns.z = program.add_binary("z_" + neuron.label);
  program.add_indicator(columns.z, true, "on_" + neuron.label, {0, {{columns.x, 1}}}, -kInfinity,
                        0);
  program.add_indicator(columns.z, false, "off_" + neuron.label, {0, {{columns.s, 1}}}, -kInfinity,
                        0);
}

}  // namespace brink
