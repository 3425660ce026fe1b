// The fewest or cheapest pixels whose moves lead into one pattern (L0).
#pragma once

#include "brink/search/leaf.h"

namespace brink::search {

/// Moves of pixels within the ball, whose costs count; `empty`: proven that there are none. A point
/// found ends it: it need not be the best. So do `most` programs.
LeafResult fewest_pixels(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
                         const Deadline& deadline,
                         std::int64_t most = std::numeric_limits<std::int64_t>::max());

}  // namespace brink::search
