// Broadcasting and strides: which element stands where.
//
// Position (p_1, ..., p_r) of a value in row order is element p_1 s_1 + ... + p_r s_r; a transposed
// value has its strides permuted, a slice has them scaled, and an axis along which a value is
// spread has stride 0.
#include "brink/graph/node.h"

namespace brink::graph {

namespace {

std::int64_t extent_from_right(const Shape& shape, std::size_t i) {
  return i < shape.size() ? shape[shape.size() - 1 - i] : 1;
}

}  // namespace

Expected<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t m = extent_from_right(a, i);
    const std::int64_t n = extent_from_right(b, i);
    if (m != n && m != 1 && n != 1) {
      return bad_request("sizes do not match: {} and {}", text(a), text(b));
    }
    result[result.size() - 1 - i] = m == 1 ? n : m;
  }
  return result;
}

Shape row_strides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

Selection strided(const Shape& shape, std::int64_t origin, const Shape& strides) {
  const std::int64_t count = size(shape);
  Selection result;
  result.reserve(static_cast<std::size_t>(count));
  Shape position(shape.size(), 0);
  std::int64_t at = origin;
  for (std::int64_t flat = 0; flat < count; ++flat) {
    result.push_back(at);
    for (std::size_t i = shape.size(); i-- > 0;) {
      at += strides[i];
      if (++position[i] < shape[i]) break;
      at -= strides[i] * shape[i];
      position[i] = 0;
    }
  }
  return result;
}

Selection spread(const Shape& own, const Shape& shape) {
  const Shape own_strides = row_strides(own);
  Shape strides(shape.size(), 0);
  for (std::size_t i = 0; i < own.size(); ++i) {
    const std::size_t at = shape.size() - own.size() + i;
    if (own[i] != 1) strides[at] = own_strides[i];
  }
  return strided(shape, 0, strides);
}

Eigen::VectorXd spread(const Tensor& tensor, const Shape& shape) {
  const Eigen::Map<const Eigen::VectorXd> values(tensor.values.data(),
                                                 static_cast<Eigen::Index>(tensor.values.size()));
  return values(spread(tensor.shape, shape));
}

}  // namespace brink::graph
