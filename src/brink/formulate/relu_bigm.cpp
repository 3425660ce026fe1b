// Big-M. With L <= y <= U, M+ = max(0, U) and M- = max(0, -L):
//
//     on_k_j:   x + M+ z <= M+       (x <= M+ (1 - z))
//     off_k_j:  s - M- z <= 0        (s <= M- z)
//
// Together with y = x - s, x, s >= 0 this is exact for z in {0, 1} as long as L and U are valid,
// and its relaxation is as tight as L and U are: eliminating z leaves x / M+ + s / M- <= 1, which
// is the triangle x <= U (y - L) / (U - L).
//
// Source: Fischetti & Jo 2018, after (5). A single M for all neurons was never considered: M's of
// 1e3 and more let a solver's integrality tolerance of 1e-6 switch neurons half on.
#include <algorithm>

#include "relu.h"

namespace brink {

void add_relu_bigm(Program& program, SplitNeuron neuron) {
  const double m_on = std::max(0.0, neuron.bounds.upper);
  const double m_off = std::max(0.0, -neuron.bounds.lower);
  NeuronColumns& columns = neuron.columns;
  columns.z = program.add_binary("z_" + neuron.label);
  program.add_row("on_" + neuron.label, {0, {{columns.x, 1}, {columns.z, m_on}}}, -kInfinity, m_on);
  program.add_row("off_" + neuron.label, {0, {{columns.s, 1}, {columns.z, -m_off}}}, -kInfinity, 0);
}

}  // namespace brink
