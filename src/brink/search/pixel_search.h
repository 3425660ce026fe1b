// The fewest pixels whose moves lead into one pattern (L0).
#pragma once

#include "brink/search/leaf.h"

namespace brink::search {

/// Moves of at most `limit` pixels; `empty`: proven that there are none. A point found ends it: it
/// need not be the best.
LeafResult fewest_pixels(const Problem& problem, const PatternPolytope& polytope, int limit,
                         const Deadline& deadline);

}  // namespace brink::search
