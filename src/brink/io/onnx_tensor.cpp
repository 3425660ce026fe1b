// Tensors: raw little-endian bytes or a typed field, checked against the shape.
#include "onnx_tensor.h"

#include <fmt/ranges.h>

#include <bit>
#include <cmath>
#include <cstring>

namespace brink::onnx_reader {

namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

constexpr std::int64_t kLargest = std::int64_t{1} << 28;  // elements: 2 GiB of doubles

template <class T>
Expected<std::vector<double>> from_raw(const std::string& raw, std::int64_t count) {
  if (raw.size() != static_cast<std::size_t>(count) * sizeof(T)) {
    return bad_request("has {} bytes of data, its shape needs {}", raw.size(),
                       static_cast<std::size_t>(count) * sizeof(T));
  }
  std::vector<double> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
  return values;
}

template <class T, class Field>
Expected<std::vector<double>> elements(const onnx::TensorProto& proto, const Field& field,
                                       std::int64_t count) {
  if (proto.has_raw_data()) return from_raw<T>(proto.raw_data(), count);
  if (field.size() != count) {
    return bad_request("has {} numbers, its shape needs {}", field.size(), count);
  }
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(count));
  for (const auto value : field) values.push_back(static_cast<double>(value));
  return values;
}

Expected<std::vector<double>> elements(const onnx::TensorProto& proto, std::int64_t count) {
  switch (proto.data_type()) {
    case onnx::TensorProto::FLOAT:
      return elements<float>(proto, proto.float_data(), count);
    case onnx::TensorProto::DOUBLE:
      return elements<double>(proto, proto.double_data(), count);
    case onnx::TensorProto::INT64:
      return elements<std::int64_t>(proto, proto.int64_data(), count);
    case onnx::TensorProto::INT32:
      return elements<std::int32_t>(proto, proto.int32_data(), count);
    case onnx::TensorProto::BOOL:
      return elements<std::uint8_t>(proto, proto.int32_data(), count);
    default:
      break;
  }
  const bool known = onnx::TensorProto::DataType_IsValid(proto.data_type());
  return bad_request("has data type {}, only float, double and integers are read",
                     known ? onnx::TensorProto::DataType_Name(
                                 static_cast<onnx::TensorProto::DataType>(proto.data_type()))
                           : std::to_string(proto.data_type()));
}

}  // namespace

std::int64_t size(const Shape& shape) {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  return product;
}

Expected<std::int64_t> checked_size(const Shape& shape) {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return bad_request("has a negative extent in its shape {}", text(shape));
    if (extent > kLargest || (extent > 0 && product > kLargest / extent)) {
      return bad_request("has the shape {}, too large for a network of this kind", text(shape));
    }
    product *= extent;
  }
  return product;
}

std::string text(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

Expected<Tensor> read_tensor(const onnx::TensorProto& proto) {
  if (proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0) {
    return bad_request("keeps its data in another file; save the model with its weights inside");
  }
  if (proto.has_segment()) return bad_request("is stored in segments, which are not read");
  Tensor tensor;
  tensor.shape.assign(proto.dims().begin(), proto.dims().end());
  const auto count = checked_size(tensor.shape);
  if (!count) return tl::unexpected(count.error());
  auto values = elements(proto, *count);
  if (!values) return tl::unexpected(values.error());
  tensor.values = std::move(*values);
  tensor.integer = proto.data_type() != onnx::TensorProto::FLOAT &&
                   proto.data_type() != onnx::TensorProto::DOUBLE;
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    if (!std::isfinite(tensor.values[i])) {
      return bad_request("holds {} at element {}",
                         std::isnan(tensor.values[i]) ? "NaN" : "infinity", i);
    }
  }
  return tensor;
}

Expected<Eigen::MatrixXd> matrix(const Tensor& tensor) {
  if (tensor.shape.size() != 2) {
    return bad_request("the weights have shape {}, a matrix is needed", text(tensor.shape));
  }
  if (tensor.shape[0] == 0 || tensor.shape[1] == 0) {
    return bad_request("the weights have shape {}: there are none", text(tensor.shape));
  }
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::MatrixXd(
      Eigen::Map<const RowMajor>(tensor.values.data(), tensor.shape[0], tensor.shape[1]));
}

}  // namespace brink::onnx_reader
