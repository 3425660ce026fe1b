// Tensors: raw little-endian bytes, in the model or a file beside it, or a typed field, checked
// against the shape.
#include "onnx_tensor.h"

#include <bit>
#include <cstring>

namespace brink::onnx_reader {

namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

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
                         graph::data_type_name(proto.data_type()));
  }
}

}  // namespace

Expected<Tensor> read_tensor(const onnx::TensorProto& proto, const std::filesystem::path& folder) {
  if (proto.has_segment()) return bad_request("is stored in segments, which are not read");
  Tensor tensor;
  tensor.shape.assign(proto.dims().begin(), proto.dims().end());
  const auto count = graph::checked_size(tensor.shape);
  if (!count) return tl::unexpected(count.error());
  auto values = elements({proto, *count, folder});
  if (!values) return tl::unexpected(values.error());
  tensor.values = std::move(*values);
  tensor.integer = !graph::is_real(proto.data_type());
  if (graph::is_half(proto.data_type())) {
    const auto decoded =
        proto.data_type() == onnx::TensorProto::FLOAT16 ? graph::from_half : graph::from_bfloat;
    for (double& value : tensor.values) value = decoded(static_cast<std::uint16_t>(value));
  }
  return tensor;
}

Expected<graph::Operation> operation_of(const onnx::NodeProto& node,
                                        const std::filesystem::path& folder) {
  const std::string& domain = node.domain();
  const bool own = domain.empty() || domain == "ai.onnx";
  graph::Operation result{node.name(),
                          own ? node.op_type() : domain + "." + node.op_type(),
                          {node.input().begin(), node.input().end()},
                          {node.output().begin(), node.output().end()},
                          {}};
  for (const onnx::AttributeProto& given : node.attribute()) {
    graph::Attribute attribute;
    if (given.has_i()) attribute.integer = given.i();
    if (given.has_f()) attribute.real = static_cast<double>(given.f());
    attribute.text = given.s();
    attribute.integers.assign(given.ints().begin(), given.ints().end());
    attribute.reals.assign(given.floats().begin(), given.floats().end());
    if (given.has_t()) {
      auto tensor = read_tensor(given.t(), folder);
      if (!tensor) return bad_request("{}: its tensor {}", label(node), tensor.error().message);
      attribute.tensor = std::move(*tensor);
    }
    result.attributes.emplace(given.name(), std::move(attribute));
  }
  return result;
}

std::string label(const onnx::NodeProto& node) {
  return graph::label(
      {node.name(), node.op_type(), {}, {node.output().begin(), node.output().end()}, {}});
}

}  // namespace brink::onnx_reader
