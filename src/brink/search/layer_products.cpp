#include "brink/search/layer_products.h"

#include "brink/search/kernels.h"

namespace brink::search {

void walk_back(const LinearMap& weights, const RowMatrix& a, RowMatrix& out) {
  if (weights.is_sparse()) {
    out = a * weights.sparse();
    return;
  }
  out.resize(a.rows(), weights.cols());
  kernels::multiply_many(
      static_cast<std::size_t>(a.rows()), static_cast<std::size_t>(weights.cols()),
      static_cast<std::size_t>(weights.rows()), weights.dense().data(), a.data(), out.data());
}

void walk_on(const LinearMap& weights, const RowMatrix& x, RowMatrix& out) {
  if (weights.is_sparse()) {
    out = (weights.sparse() * x.transpose()).transpose();
    return;
  }
  out.resize(x.rows(), weights.rows());
  kernels::combine_many(
      static_cast<std::size_t>(x.rows()), static_cast<std::size_t>(weights.cols()),
      static_cast<std::size_t>(weights.rows()), weights.dense().data(), x.data(), out.data());
}

}  // namespace brink::search
