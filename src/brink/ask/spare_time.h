// A limit that is kept: some passes through a large network lie between two looks at the clock.
#pragma once

#include <algorithm>

namespace brink {

/// What a search may take of `limit` seconds.
inline double without_spare(double limit) {
  constexpr double kMost = 0.25, kShare = 0.1;
  return limit - std::min(kMost, kShare * limit);
}

}  // namespace brink
