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

Eigen::MatrixXd LinearMap::after(const Eigen::MatrixXd& m) const {
  if (!is_sparse()) return m * dense();
  // Of a few neighbours of a convolution most columns are 0.
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(m.rows(), cols());
  for (Eigen::Index j = 0; j < m.cols(); ++j) {
    if ((m.col(j).array() == 0).all()) continue;
    each_in_row(j, [&](Eigen::Index i, double entry) { result.col(i) += entry * m.col(j); });
  }
  return result;
}

bool LinearMap::all_finite() const {
  return is_sparse() ? sparse().coeffs().allFinite() : dense().allFinite();
}

}  // namespace brink
