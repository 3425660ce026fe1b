// Which neuron to branch on, by what a node's program says of all of them.
#pragma once

#include "brink/search/bounder.h"

namespace brink::search {

/// The neuron of open phase that the objective leans on most; -1 when all are settled.
int branching_neuron(const Intervals& bounds, const std::vector<NeuronState>& states);

/// That neuron's phases, the one that the program's point is nearer to last.
std::array<Split, 2> phase_split(const Intervals& bounds, const std::vector<NeuronState>& states);

/// Settled neurons whose other phase the objective gains from, the largest gain first.
std::vector<int> promising_flips(const std::vector<NeuronState>& states);

}  // namespace brink::search
