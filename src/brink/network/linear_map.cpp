#include "brink/network/linear_map.h"

namespace brink {

Eigen::Index LinearMap::entries() const {
  return is_sparse() ? sparse().nonZeros() : dense().size();
}

double LinearMap::largest() const {
  if (entries() == 0) return 0;
  if (!is_sparse()) return dense().cwiseAbs().maxCoeff();
  return sparse().coeffs().abs().maxCoeff();
}

bool LinearMap::all_finite() const {
  return is_sparse() ? sparse().coeffs().allFinite() : dense().allFinite();
}

}  // namespace brink
