// Constants of a graph, and the number types of ONNX.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink::graph {

using Shape = std::vector<std::int64_t>;  ///< all extents >= 0; empty: a scalar

/// Numbers of any type, as doubles. Integers beyond 2^53 lose digits: none of the operators read
/// here has a use for them. NaN and infinity are refused where they are used, see `finite`.
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

/// Says where there is NaN or infinity.
Expected<void> finite(const Tensor& tensor);

using MatrixView =
    Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

/// The tensor as a matrix of this shape, which has as many elements; a view of its values.
Expected<MatrixView> matrix(const Tensor& tensor, const Shape& shape);
inline Expected<MatrixView> matrix(const Tensor& tensor) {
  return matrix(tensor, tensor.shape);
}
Tensor tensor_of(const Eigen::MatrixXd& matrix);

/// ONNX's numbers for its types.
enum DataType : int {
  kUndefined,
  kFloat,
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kInt32,
  kInt64,
  kString,
  kBool,
  kFloat16,
  kDouble,
  kUint32,
  kUint64,
  kComplex64,
  kComplex128,
  kBfloat16
};

// numbers.cpp
double from_half(std::uint16_t bits);
double from_bfloat(std::uint16_t bits);
/// As an ONNX Cast to this data type leaves it; errors: beyond its range, or no numbers.
Expected<double> cast_to(double value, int data_type);
bool is_real(int data_type);  ///< float, double, float16, bfloat16
bool is_half(int data_type);  ///< float16, bfloat16
/// "FLOAT16", or its number if it is none.
std::string data_type_name(int data_type);

}  // namespace brink::graph
