// min y_j^k = -max -y_j^k, and -y_j^k is a unit of another network: that with row j of W^k and b^k
// negated. Whatever maximises and proves upper bounds so minimises and proves lower ones, both
// engines alike. Negation is exact, so what is proven of one is proven of the other.
//
// It is the pre-activation that is made least: max(0, y) of a hidden or relu unit is 0 wherever the
// unit is off, which says nothing. Hence the network ends behind layer k, linear.
#include "brink/ask/least_unit.h"

namespace brink {

NegatedUnit::NegatedUnit(const Network& whole, const Bounds& known, int k, int j)
    : network{{whole.layers.begin(), whole.layers.begin() + k}, OutputKind::linear}, bounds(known) {
  Layer& last = network.layers.back();
  last.weights.change_row(j, [](Eigen::Index, double& weight) { weight = -weight; });
  last.bias(j) = -last.bias(j);
  last.linear.clear();  // outputs now
  bounds.keep_layers(k);
  const NeuronBounds unit = known.at(k, j);
  bounds.set(k, j, {-unit.upper, -unit.lower, unit.upper_source, unit.lower_source});
  bounds.network = content_hash(network);
}

Excitation told_of_unit(Excitation of_negated) {
  of_negated.activation = 0.0 - of_negated.activation;  // never -0
  of_negated.bound = 0.0 - of_negated.bound;
  return of_negated;
}

}  // namespace brink
