// Which neuron to branch on, by what a node's program says of all of them.
#pragma once

#include "brink/search/relaxation.h"

namespace brink::search {

/// The neuron of open phase that the objective leans on most; -1 when all are settled.
int branching_neuron(const Intervals& phasing, const std::vector<NeuronState>& states);

/// The program's point is nearer to that neuron's active phase than to its inactive one.
bool leans_active(const Intervals& phasing, const std::vector<NeuronState>& states, int neuron);

/// Settled neurons whose other phase the objective gains from, the largest gain first.
std::vector<int> promising_flips(const std::vector<NeuronState>& states);

}  // namespace brink::search
