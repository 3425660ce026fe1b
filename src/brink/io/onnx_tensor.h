// Constants of an ONNX graph.
#pragma once

#include <onnx/onnx_pb.h>

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink::onnx_reader {

using Shape = std::vector<std::int64_t>;  ///< all extents >= 0; empty: a scalar

/// float, double, int32, int64 and bool tensors. Integers beyond 2^53 lose digits: none of the
/// operators read here has a use for them.
struct Tensor {
  Shape shape;
  std::vector<double> values;  ///< in row order
  bool integer = false;
};

/// Number of elements; shapes come from `checked_size` or are products of such.
std::int64_t size(const Shape& shape);
/// Number of elements, or an error for negative extents and sizes beyond 2^28.
Expected<std::int64_t> checked_size(const Shape& shape);
std::string text(const Shape& shape);  ///< "[1, 784]"

/// Errors: external data, other data types, a payload that does not fit the shape, NaN, infinity.
Expected<Tensor> read_tensor(const onnx::TensorProto& proto);

/// The matrix of a tensor of two dimensions.
Expected<Eigen::MatrixXd> matrix(const Tensor& tensor);

}  // namespace brink::onnx_reader
