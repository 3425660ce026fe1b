// The projection onto an L1 ball takes as much from every |d_j|, down to 0 (Duchi et al. 2008).
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

namespace brink {

/// The t >= 0 with the sum of max(0, sizes_j - t) = radius, where the sum of the sizes is more; all
/// >= 0.
template <class Scalar>
Scalar soft_threshold(std::vector<Scalar> sizes, Scalar radius) {
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  Scalar sum = 0, threshold = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    sum += sizes[i];
    const Scalar candidate = (sum - radius) / static_cast<Scalar>(i + 1);
    if (candidate >= sizes[i]) break;
    threshold = candidate;
  }
  return threshold;
}

}  // namespace brink
