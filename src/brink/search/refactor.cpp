// The inverse of the basis from scratch, when rounding has gathered in the updated one.
//
// Gauss-Jordan elimination on [B | I] with row pivoting: cubic, and rare (every 2,000 pivots).
#include <algorithm>
#include <cmath>

#include "brink/search/dual_simplex.h"
#include "brink/search/kernels.h"

namespace brink::search {

bool DualSimplex::refactor() {
  // Gauss-Jordan on [B | I] with row pivoting; a column without pivot is replaced by a slack.
  const std::size_t size = index(m_);
  std::vector<double> b(size * size, 0);
  for (std::size_t p = 0; p < size; ++p) {
    const int column = basis_[p];
    for (std::size_t i = 0; i < size; ++i) {
      b[i * size + p] = column < slack_ ? a_[at(static_cast<int>(i), column)]
                                        : (column - slack_ == static_cast<int>(i) ? 1.0 : 0.0);
    }
  }
  std::vector<double> inverse(size * size, 0);
  for (std::size_t i = 0; i < size; ++i) inverse[i * size + i] = 1;
  for (std::size_t p = 0; p < size; ++p) {
    std::size_t best = p;
    for (std::size_t i = p + 1; i < size; ++i) {
      if (std::abs(b[i * size + p]) > std::abs(b[best * size + p])) best = i;
    }
    if (std::abs(b[best * size + p]) < 1e-11) return false;
    if (best != p) {
      std::swap_ranges(&b[best * size], &b[best * size] + size, &b[p * size]);
      std::swap_ranges(&inverse[best * size], &inverse[best * size] + size, &inverse[p * size]);
    }
    const double scale = 1 / b[p * size + p];
    for (std::size_t j = 0; j < size; ++j) {
      b[p * size + j] *= scale;
      inverse[p * size + j] *= scale;
    }
    for (std::size_t i = 0; i < size; ++i) {
      const double factor = b[i * size + p];
      if (i == p || factor == 0) continue;
      kernels::axpy(size, -factor, &b[p * size], &b[i * size]);
      kernels::axpy(size, -factor, &inverse[p * size], &inverse[i * size]);
    }
  }
  for (std::size_t p = 0; p < size; ++p) {
    std::copy_n(&inverse[p * size], size, inverse_row(static_cast<int>(p)));
    weight_[p] = kernels::dot(size, &inverse[p * size], &inverse[p * size]);
  }
  pivots_since_refactor_ = 0;
  return true;
}

}  // namespace brink::search
