// How much memory a search takes: it is bounded, whatever its length.
#pragma once

#include <cstddef>

#include "brink/network/network.h"

namespace brink::search {

/// Bytes that one closest search holds at most: for each of `regions` a tree of `threads` workers,
/// and the heuristics' program and pool; besides them the workers of one smaller tree.
std::size_t search_bytes(const Network& network, int threads, int regions);

/// The same of a search for a neuron's extreme.
std::size_t extreme_bytes(const Network& network);

}  // namespace brink::search
