// Shapes and constants.
#include "brink/graph/tensor.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace brink::graph {

namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 28;  // elements: 2 GiB of doubles

}  // namespace

std::int64_t size(const Shape& shape) {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  return product;
}

Expected<std::int64_t> checked_size(const Shape& shape) {
  std::int64_t product = 1;  // of the extents that are not zero: any part's size fits too
  for (const std::int64_t extent : shape) {
    if (extent < 0) return bad_request("has a negative extent in its shape {}", text(shape));
    if (extent > kLargest || (extent > 0 && product > kLargest / extent)) {
      return bad_request("has the shape {}, too large for a network of this kind", text(shape));
    }
    product *= std::max<std::int64_t>(extent, 1);
  }
  return size(shape);
}

std::string text(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

Expected<void> finite(const Tensor& tensor) {
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    if (std::isfinite(tensor.values[i])) continue;
    return bad_request("holds {} at element {}", std::isnan(tensor.values[i]) ? "NaN" : "infinity",
                       i);
  }
  return {};
}

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Expected<MatrixView> matrix(const Tensor& tensor, const Shape& shape) {
  if (shape.size() != 2) {
    return bad_request("the weights have shape {}, a matrix is needed", text(shape));
  }
  if (shape[0] == 0 || shape[1] == 0) {
    return bad_request("the weights have shape {}: there are none", text(shape));
  }
  return MatrixView(tensor.values.data(), shape[0], shape[1]);
}

Tensor tensor_of(const Eigen::MatrixXd& matrix) {
  Tensor tensor{{matrix.rows(), matrix.cols()}, {}};
  tensor.values.resize(static_cast<std::size_t>(matrix.size()));
  Eigen::Map<RowMajor>(tensor.values.data(), matrix.rows(), matrix.cols()) = matrix;
  return tensor;
}

}  // namespace brink::graph
