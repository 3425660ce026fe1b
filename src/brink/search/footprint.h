// How much memory a search takes: it is bounded, whatever its length.
#pragma once

#include <cstddef>

#include "brink/network/network.h"

namespace brink::search {

/// Bytes that one closest search holds at most: `threads` workers, and for each of `regions` the
/// heuristics' program and pool.
std::size_t search_bytes(const Network& network, int threads, int regions);

/// Bytes of an open node.
std::size_t node_bytes(const Network& network);

/// Bytes that this process holds now; 0 where the system does not say.
std::size_t resident_bytes();

}  // namespace brink::search
