// Reading ONNX: from the bytes to a network.
//
// The file names its nodes' inputs and outputs; the nodes that the output needs are brought into
// an order of computation, whatever their order in the file, and applied one by one. A value is
// either a constant or the one signal that flows from the input to the output, whose affine pieces
// and Relus gather in a Chain. Since each node takes at most one signal, the nodes form a path and
// the signal needs no copies.
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <map>
#include <set>

#include "brink/base/files.h"
#include "brink/io/onnx.h"
#include "onnx_node.h"

namespace brink {

namespace onnx_reader {

namespace {

class Graph {
 public:
  Graph(const onnx::GraphProto& graph, std::int64_t opset) : graph_(graph), opset_(opset) {}

  Expected<OnnxModel> read();

 private:
  Expected<void> index();
  Expected<const onnx::ValueInfoProto*> only_input() const;
  Expected<std::vector<const onnx::NodeProto*>> order(const std::string& output) const;
  Expected<void> compute(const onnx::NodeProto& node, Progression& progression);
  /// A constant not yet read; null if the name is none's.
  Expected<const Value*> find_value(const std::string& name);

  const onnx::GraphProto& graph_;
  std::int64_t opset_;
  std::map<std::string, const onnx::TensorProto*> initializers_;
  std::map<std::string, const onnx::NodeProto*> producers_;
  std::map<std::string, Value> values_;
};

Expected<void> Graph::index() {
  if (graph_.sparse_initializer_size() > 0) {
    return bad_request("sparse initializers are not supported; save the weights dense");
  }
  for (const onnx::TensorProto& tensor : graph_.initializer()) {
    if (!initializers_.emplace(tensor.name(), &tensor).second) {
      return bad_request("initializer '{}' is given twice", tensor.name());
    }
  }
  for (const onnx::NodeProto& node : graph_.node()) {
    for (const std::string& output : node.output()) {
      if (output.empty()) continue;
      if (!producers_.emplace(output, &node).second || initializers_.contains(output)) {
        return bad_request("{}: its output '{}' is also made elsewhere", label(node), output);
      }
    }
  }
  return {};
}

/// Old files list the initializers among the inputs.
Expected<const onnx::ValueInfoProto*> Graph::only_input() const {
  const onnx::ValueInfoProto* found = nullptr;
  for (const onnx::ValueInfoProto& input : graph_.input()) {
    if (initializers_.contains(input.name())) continue;
    if (found != nullptr) {
      return bad_request("the graph has two inputs, '{}' and '{}'; one is read", found->name(),
                         input.name());
    }
    found = &input;
  }
  if (found == nullptr) return bad_request("the graph has no input");
  if (producers_.contains(found->name())) {
    return bad_request("{}: its output '{}' is the graph's input",
                       label(*producers_.at(found->name())), found->name());
  }
  return found;
}

/// The input's shape, a dynamic leading extent (the batch) counted as 1.
Expected<Shape> input_shape(const onnx::ValueInfoProto& input) {
  const auto& type = input.type();
  if (!type.has_tensor_type() || !type.tensor_type().has_shape()) {
    return bad_request("input '{}' has no shape; export the network with one", input.name());
  }
  const int kind = type.tensor_type().elem_type();
  if (kind != onnx::TensorProto::FLOAT && kind != onnx::TensorProto::DOUBLE) {
    return bad_request("input '{}' has data type {}, only float and double are read", input.name(),
                       kind);
  }
  Shape shape;
  for (const auto& dimension : type.tensor_type().shape().dim()) {
    const bool dynamic = !dimension.has_dim_value() || dimension.dim_value() <= 0;
    if (dynamic && !shape.empty()) {
      return bad_request("input '{}': extent {} of its shape is not fixed; only the first may vary",
                         input.name(), shape.size() + 1);
    }
    shape.push_back(dynamic ? 1 : dimension.dim_value());
  }
  if (const auto count = checked_size(shape); !count) {
    return bad_request("input '{}' {}", input.name(), count.error().message);
  }
  return shape;
}

/// Depth first from the output, without recursion: files may be deep.
Expected<std::vector<const onnx::NodeProto*>> Graph::order(const std::string& output) const {
  std::vector<const onnx::NodeProto*> ordered;
  std::set<const onnx::NodeProto*> open, done;
  struct Visit {
    const onnx::NodeProto* node;
    int next_input;
  };
  std::vector<Visit> stack;
  const auto visit = [&](const std::string& name) -> Expected<void> {
    const auto producer = producers_.find(name);
    if (producer == producers_.end() || done.contains(producer->second)) return {};
    if (!open.insert(producer->second).second) {
      return bad_request("{}: depends on its own output '{}'; the graph has a cycle",
                         label(*producer->second), name);
    }
    stack.push_back({producer->second, 0});
    return {};
  };
  if (auto ok = visit(output); !ok) return tl::unexpected(ok.error());
  while (!stack.empty()) {
    const onnx::NodeProto* node = stack.back().node;
    const int i = stack.back().next_input++;
    if (i < node->input_size()) {
      if (auto ok = visit(node->input(i)); !ok) return tl::unexpected(ok.error());
      continue;
    }
    done.insert(node);
    ordered.push_back(node);
    stack.pop_back();
  }
  return ordered;
}

Expected<const Value*> Graph::find_value(const std::string& name) {
  if (const auto known = values_.find(name); known != values_.end()) return &known->second;
  const auto initializer = initializers_.find(name);
  if (initializer == initializers_.end()) return nullptr;
  auto tensor = read_tensor(*initializer->second);
  if (!tensor) return bad_request("initializer '{}' {}", name, tensor.error().message);
  return &values_.emplace(name, std::move(*tensor)).first->second;
}

Expected<void> Graph::compute(const onnx::NodeProto& node, Progression& progression) {
  std::vector<const Value*> inputs;
  for (const std::string& name : node.input()) {
    inputs.push_back(nullptr);
    if (name.empty()) continue;
    const auto value = find_value(name);
    if (!value) return tl::unexpected(value.error());
    if (*value == nullptr) {
      return bad_request("{}: nothing makes its input '{}'", label(node), name);
    }
    inputs.back() = *value;
  }
  auto output = apply({node, opset_, std::move(inputs)}, progression);
  if (!output) return tl::unexpected(output.error());
  if (node.output_size() > 0) values_.insert_or_assign(node.output(0), std::move(*output));
  return {};
}

Expected<OnnxModel> Graph::read() {
  if (auto ok = index(); !ok) return tl::unexpected(ok.error());
  const auto input = only_input();
  if (!input) return tl::unexpected(input.error());
  auto shape = input_shape(**input);
  if (!shape) return tl::unexpected(shape.error());
  if (graph_.output_size() != 1) {
    return bad_request("the graph has {} outputs; networks with one are read",
                       graph_.output_size());
  }
  const std::string& output = graph_.output(0).name();
  const auto nodes = order(output);
  if (!nodes) return tl::unexpected(nodes.error());

  Progression progression{Chain(size(*shape)), {}, false};
  values_.emplace((*input)->name(), Signal{std::move(*shape)});
  for (const onnx::NodeProto* node : *nodes) {
    if (auto ok = compute(*node, progression); !ok) return tl::unexpected(ok.error());
  }
  const auto result = find_value(output);
  if (!result) return tl::unexpected(result.error());
  if (*result == nullptr) return bad_request("nothing makes the output '{}'", output);
  if (!std::holds_alternative<Signal>(**result)) {
    return bad_request("the output '{}' does not depend on the input", output);
  }
  auto network = std::move(progression.chain).finish();
  if (!network) return tl::unexpected(network.error());
  if (auto ok = check(*network); !ok) return tl::unexpected(ok.error());
  return OnnxModel{std::move(*network), std::move(progression.warnings)};
}

Expected<OnnxModel> read_model(const std::string& bytes) {
  const google::protobuf::LogSilencer silent;  // its complaints would go to stderr beside ours
  onnx::ModelProto model;
  if (bytes.empty()) return bad_request("the file is empty");
  if (!model.ParseFromString(bytes)) {
    return bad_request("not an ONNX file, or a truncated one; export it again");
  }
  if (!model.has_graph())
    return bad_request("not an ONNX file, or a truncated one: it has no graph");
  for (const onnx::OperatorSetIdProto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") {
      return Graph(model.graph(), set.version()).read();
    }
  }
  return bad_request("the file does not say which operator set it uses; it may be truncated");
}

}  // namespace

}  // namespace onnx_reader

Expected<OnnxModel> parse_onnx(const std::string& bytes, const std::filesystem::path& path) {
  auto model = onnx_reader::read_model(bytes);
  if (!model) return bad_request("cannot read '{}': {}", path.string(), model.error().message);
  return model;
}

Expected<OnnxModel> read_onnx(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return parse_onnx(*bytes, path);
}

}  // namespace brink
