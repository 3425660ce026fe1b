// Constants of an ONNX graph.
#pragma once

#include <onnx/onnx_pb.h>

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink::onnx_reader {

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

/// Errors: other data types, a payload that does not fit the shape, and those of external data.
/// `folder` is the model's.
Expected<Tensor> read_tensor(const onnx::TensorProto& proto, const std::filesystem::path& folder);

/// The `size` bytes of a tensor that is kept in a file beside the model (onnx_external.cpp).
Expected<std::string> external_bytes(const onnx::TensorProto& proto, std::uint64_t size,
                                     const std::filesystem::path& folder);

/// Says where there is NaN or infinity.
Expected<void> finite(const Tensor& tensor);

/// The matrix of a tensor of two dimensions.
Expected<Eigen::MatrixXd> matrix(const Tensor& tensor);
Tensor tensor_of(const Eigen::MatrixXd& matrix);

// onnx_numbers.cpp
double from_half(std::uint16_t bits);
double from_bfloat(std::uint16_t bits);
/// As an ONNX Cast to this data type leaves it; errors: beyond its range, or no numbers.
Expected<double> cast_to(double value, int data_type);
bool is_real(int data_type);  ///< float, double, float16, bfloat16
bool is_half(int data_type);  ///< float16, bfloat16
/// "FLOAT16", or its number if it is none.
std::string data_type_name(int data_type);

}  // namespace brink::onnx_reader
