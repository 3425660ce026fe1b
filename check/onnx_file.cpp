// Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; protobuf's wire format.
#include "onnx_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

namespace check::onnx {

void fail(const std::string& what) {
  throw Unreadable(what);
}

std::size_t elements(const Shape& shape) {
  std::size_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || static_cast<std::size_t>(extent) > kMostWeights) fail("a shape is too large");
    count *= static_cast<std::size_t>(extent);
    if (count > kMostWeights) fail("a tensor is too large");
  }
  return count;
}

namespace {

/// A message of protobuf, field by field.
class Message {
 public:
  explicit Message(std::string_view text) : rest_(text) {}
  bool next() {
    if (rest_.empty()) return false;
    const std::uint64_t key = varint();
    field = static_cast<int>(std::min<std::uint64_t>(key >> 3, 1 << 29));
    wire = static_cast<int>(key & 7);
    if (wire == 0) {
      number = varint();
    } else if (wire == 1 || wire == 5) {
      bytes = take(wire == 1 ? 8 : 4);
    } else if (wire == 2) {
      bytes = take(varint());
    } else {
      fail("not an ONNX file");
    }
    return true;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) fail("the ONNX file is cut");
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 127U} << shift;
      if (byte < 128) return value;
    }
    fail("not an ONNX file");
  }
  bool ended() const { return rest_.empty(); }
  std::string string() const { return std::string(bytes); }

  int field = 0, wire = 0;
  std::uint64_t number = 0;
  std::string_view bytes;

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) fail("the ONNX file is cut");
    const std::string_view result = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return result;
  }
  std::string_view rest_;
};

Rational exact(double value) {
  if (!std::isfinite(value)) fail("a number of the file is not finite");
  return Rational(value);
}

template <class T>
T from_bytes(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));  // little endian, as this machine
  return value;
}

/// Packed or not: calls use(number) for each varint of the field.
template <class Use>
void each_varint(const Message& message, Use use) {
  if (message.wire == 0) {
    use(message.number);
    return;
  }
  Message packed(message.bytes);
  while (!packed.ended()) use(packed.varint());
}

Tensor read_tensor(std::string_view bytes, std::string& name) {
  enum Type { kFloat = 1, kInt32 = 6, kInt64 = 7, kDouble = 11 };
  Tensor tensor;
  int type = 0;
  std::string_view raw;
  bool has_raw = false;
  const auto numbers = [&](std::string_view packed, int of) {
    const std::size_t size = of == kFloat || of == kInt32 ? 4 : 8;
    if (packed.size() % size != 0) fail("a tensor is cut");
    if (packed.size() / size > kMostWeights) fail("a tensor is too large");
    for (std::size_t at = 0; at < packed.size(); at += size) {
      const char* place = packed.data() + at;
      tensor.values.push_back(of == kFloat    ? exact(from_bytes<float>(place))
                              : of == kDouble ? exact(from_bytes<double>(place))
                              : of == kInt32
                                  ? Rational(from_bytes<std::int32_t>(place))
                                  : Rational(static_cast<long>(from_bytes<std::int64_t>(place))));
    }
  };
  Message message(bytes);
  while (message.next()) {
    switch (message.field) {
      case 1:
        each_varint(message,
                    [&](std::uint64_t d) { tensor.shape.push_back(static_cast<std::int64_t>(d)); });
        break;
      case 2:
        type = static_cast<int>(message.number);
        break;
      case 4:
        numbers(message.bytes, kFloat);
        break;
      case 10:
        numbers(message.bytes, kDouble);
        break;
      case 5:
      case 7:
        each_varint(message,
                    [&](std::uint64_t v) { tensor.values.emplace_back(static_cast<long>(v)); });
        break;
      case 8:
        name = message.string();
        break;
      case 9:
        raw = message.bytes;
        has_raw = true;
        break;
      case 13:
      case 14:
        if (message.field == 13 || message.number != 0) fail("weights in files beside: use a dump");
        break;
      default:
        break;
    }
  }
  if (type != kFloat && type != kDouble && type != kInt32 && type != kInt64) {
    fail("tensor '" + name + "' is of a type that is not read: use a dump");
  }
  if (has_raw) numbers(raw, type);
  if (tensor.shape.size() > 16 || tensor.values.size() != elements(tensor.shape)) {
    fail("tensor '" + name + "' does not have as many numbers as its shape says");
  }
  return tensor;
}

void read_attribute(std::string_view bytes, Node& node) {
  Message message(bytes);
  std::string name;
  std::vector<std::int64_t> integers;
  std::optional<Rational> real;
  std::optional<Tensor> tensor;
  std::optional<std::string> text;
  while (message.next()) {
    std::string unused;
    if (message.field == 1) name = message.string();
    if (message.field == 2 && message.wire == 5) {
      real = exact(from_bytes<float>(message.bytes.data()));
    }
    if (message.field == 3 || message.field == 8) {
      each_varint(message,
                  [&](std::uint64_t v) { integers.push_back(static_cast<std::int64_t>(v)); });
    }
    if (message.field == 4) text = message.string();
    if (message.field == 5) tensor = read_tensor(message.bytes, unused);
  }
  if (real) node.reals[name] = *real;
  if (text) node.texts[name] = *text;
  if (tensor) node.tensors[name] = std::move(*tensor);
  if (!integers.empty()) node.integers[name] = std::move(integers);
}

Node read_node(std::string_view bytes) {
  Node node;
  Message message(bytes);
  while (message.next()) {
    if (message.field == 1) node.inputs.push_back(message.string());
    if (message.field == 2) node.outputs.push_back(message.string());
    if (message.field == 4) node.kind = message.string();
    if (message.field == 5) read_attribute(message.bytes, node);
    if (message.field == 7) node.domain = message.string();
  }
  return node;
}

/// ValueInfoProto: name and shape, extents that are not fixed as -1.
std::pair<std::string, Shape> read_value_info(std::string_view bytes) {
  std::string name;
  Shape shape;
  Message info(bytes);
  while (info.next()) {
    if (info.field == 1) name = info.string();
    if (info.field != 2) continue;
    Message type(info.bytes);
    while (type.next()) {
      if (type.field != 1) continue;
      Message tensor(type.bytes);
      while (tensor.next()) {
        if (tensor.field != 2) continue;
        Message dimensions(tensor.bytes);
        while (dimensions.next()) {
          if (dimensions.field != 1) continue;
          std::int64_t extent = -1;
          Message dimension(dimensions.bytes);
          while (dimension.next()) {
            if (dimension.field == 1) extent = static_cast<std::int64_t>(dimension.number);
          }
          shape.push_back(extent);
        }
      }
    }
  }
  return {name, shape};
}

/// Operators mean the same from 7 on.
void check_operator_set(std::string_view bytes) {
  Message set(bytes);
  std::string domain;
  std::uint64_t version = 0;
  while (set.next()) {
    if (set.field == 1) domain = set.string();
    if (set.field == 2) version = set.number;
  }
  if ((domain.empty() || domain == "ai.onnx") && (version < 7 || version > 28)) {
    fail("operator set " + std::to_string(version) + " is not from 7 to 28");
  }
}

}  // namespace

Graph parse_graph(std::string_view bytes) {
  Graph graph;
  Message model(bytes);
  bool found = false;
  while (model.next()) {
    if (model.field == 8 && model.wire == 2) check_operator_set(model.bytes);
    if (model.field != 7 || model.wire != 2) continue;
    if (found) fail("two graphs in one file");
    found = true;
    Message message(model.bytes);
    while (message.next()) {
      if (message.field == 1) graph.nodes.push_back(read_node(message.bytes));
      if (message.field == 5) {
        std::string name;
        Tensor tensor = read_tensor(message.bytes, name);
        if (!graph.constants.emplace(name, std::move(tensor)).second)
          fail("two tensors of one name");
      }
      if (message.field == 11) graph.inputs.push_back(read_value_info(message.bytes));
      if (message.field == 12) graph.outputs.push_back(read_value_info(message.bytes).first);
    }
  }
  if (!found) fail("not an ONNX file");
  std::erase_if(graph.inputs,
                [&](const auto& input) { return graph.constants.contains(input.first); });
  return graph;
}

}  // namespace check::onnx
