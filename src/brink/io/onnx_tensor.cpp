// Tensors: raw little-endian bytes, in the model or a file beside it, or a typed field, checked
// against the shape.
#include "onnx_tensor.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace brink::onnx_reader {

namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

constexpr std::int64_t kLargest = std::int64_t{1} << 28;  // elements: 2 GiB of doubles

bool is_external(const onnx::TensorProto& proto) {
  return proto.data_location() == onnx::TensorProto::EXTERNAL;
}

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

struct Source {
  const onnx::TensorProto& proto;
  std::int64_t count;
  const std::filesystem::path& folder;
};

template <class T, class Field>
Expected<std::vector<double>> elements(const Source& source, const Field& field) {
  const onnx::TensorProto& proto = source.proto;
  if (is_external(proto)) {
    const auto bytes =
        external_bytes(proto, static_cast<std::uint64_t>(source.count) * sizeof(T), source.folder);
    if (!bytes) return tl::unexpected(bytes.error());
    return from_raw<T>(*bytes, source.count);
  }
  if (proto.has_raw_data()) return from_raw<T>(proto.raw_data(), source.count);
  if (field.size() != source.count) {
    return bad_request("has {} numbers, its shape needs {}", field.size(), source.count);
  }
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(source.count));
  for (const auto value : field) values.push_back(static_cast<double>(static_cast<T>(value)));
  return values;
}

Expected<std::vector<double>> elements(const Source& source) {
  const onnx::TensorProto& proto = source.proto;
  switch (proto.data_type()) {
    case onnx::TensorProto::FLOAT:
      return elements<float>(source, proto.float_data());
    case onnx::TensorProto::DOUBLE:
      return elements<double>(source, proto.double_data());
    case onnx::TensorProto::INT64:
      return elements<std::int64_t>(source, proto.int64_data());
    case onnx::TensorProto::INT32:
      return elements<std::int32_t>(source, proto.int32_data());
    case onnx::TensorProto::INT16:
      return elements<std::int16_t>(source, proto.int32_data());
    case onnx::TensorProto::INT8:
      return elements<std::int8_t>(source, proto.int32_data());
    case onnx::TensorProto::UINT64:
      return elements<std::uint64_t>(source, proto.uint64_data());
    case onnx::TensorProto::UINT32:
      return elements<std::uint32_t>(source, proto.uint64_data());
    case onnx::TensorProto::UINT16:
    case onnx::TensorProto::FLOAT16:  // their bits
    case onnx::TensorProto::BFLOAT16:
      return elements<std::uint16_t>(source, proto.int32_data());
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::BOOL:
      return elements<std::uint8_t>(source, proto.int32_data());
    default:
      return bad_request("has data type {}, only real numbers, integers and bool are read",
                         data_type_name(proto.data_type()));
  }
}

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

Expected<Tensor> read_tensor(const onnx::TensorProto& proto, const std::filesystem::path& folder) {
  if (proto.has_segment()) return bad_request("is stored in segments, which are not read");
  Tensor tensor;
  tensor.shape.assign(proto.dims().begin(), proto.dims().end());
  const auto count = checked_size(tensor.shape);
  if (!count) return tl::unexpected(count.error());
  auto values = elements({proto, *count, folder});
  if (!values) return tl::unexpected(values.error());
  tensor.values = std::move(*values);
  tensor.integer = !is_real(proto.data_type());
  if (is_half(proto.data_type())) {
    const auto decoded = proto.data_type() == onnx::TensorProto::FLOAT16 ? from_half : from_bfloat;
    for (double& value : tensor.values) value = decoded(static_cast<std::uint16_t>(value));
  }
  return tensor;
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

Expected<Eigen::MatrixXd> matrix(const Tensor& tensor) {
  if (tensor.shape.size() != 2) {
    return bad_request("the weights have shape {}, a matrix is needed", text(tensor.shape));
  }
  if (tensor.shape[0] == 0 || tensor.shape[1] == 0) {
    return bad_request("the weights have shape {}: there are none", text(tensor.shape));
  }
  return Eigen::MatrixXd(
      Eigen::Map<const RowMajor>(tensor.values.data(), tensor.shape[0], tensor.shape[1]));
}

Tensor tensor_of(const Eigen::MatrixXd& matrix) {
  Tensor tensor{{matrix.rows(), matrix.cols()}, {}};
  tensor.values.resize(static_cast<std::size_t>(matrix.size()));
  Eigen::Map<RowMajor>(tensor.values.data(), matrix.rows(), matrix.cols()) = matrix;
  return tensor;
}

}  // namespace brink::onnx_reader
