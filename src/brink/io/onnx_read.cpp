// Reading ONNX: from the bytes to a network.
//
// The file names its nodes' inputs and outputs; the nodes that the output needs are applied one by
// one, in an order of computation. A value is either a constant or a signal, an affine function of
// the units that the operators made; from the output's a chain of layers is made at the end.
//
// An input whose leading extent is a fixed number above 1 may be one input of that many rows, or
// that many inputs side by side. It is the former where the graph makes one output of all rows;
// where it does not, the extent is a batch and is read as 1, if every operator then has the sizes
// it needs.
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "brink/base/files.h"
#include "brink/graph/evaluate.h"
#include "brink/io/onnx.h"
#include "onnx_facts.h"

namespace brink {

namespace onnx_reader {

namespace {

constexpr std::int64_t kNewestOpset = 28;

constexpr std::string_view kTooLarge = "the constants are too large for a network of this kind";
constexpr std::int64_t kMostInputs = std::int64_t{1} << 24;

/// The input's shape, a dynamic leading extent (the batch) counted as 1.
Expected<Shape> input_shape(const onnx::ValueInfoProto& input) {
  const auto& type = input.type();
  if (!type.has_tensor_type() || !type.tensor_type().has_shape()) {
    return bad_request("input '{}' has no shape; export the network with one", input.name());
  }
  const int kind = type.tensor_type().elem_type();
  if (!graph::is_real(kind)) {
    return bad_request("input '{}' has data type {}, only real numbers are read", input.name(),
                       graph::data_type_name(kind));
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
  const auto count = graph::checked_size(shape);
  if (!count) return bad_request("input '{}' {}", input.name(), count.error().message);
  if (*count > kMostInputs) {
    return bad_request("input '{}' has {} elements, too many for a network of this kind",
                       input.name(), *count);
  }
  return shape;
}

/// One walk from an input of a certain shape to the output.
class Walk {
 public:
  Walk(const Names& names, std::int64_t opset, std::filesystem::path folder,
       graph::Progression start)
      : names_(names), opset_(opset), folder_(std::move(folder)), progression_(std::move(start)) {}

  /// The network, its ending and the warnings.
  Expected<NetworkFile> read(const std::string& input, const Shape& shape,
                             const std::vector<const onnx::NodeProto*>& nodes,
                             const onnx::ValueInfoProto& output, const ReadOptions& options);
  std::size_t applied() const { return applied_; }  ///< nodes

 private:
  Expected<void> compute(const onnx::NodeProto& node);
  bool takes_label(const onnx::NodeProto& node) const;
  /// Constants take their room.
  Expected<void> keep(const std::string& name, Value value);
  /// A constant not yet read; null if the name is none's.
  Expected<const Value*> find_value(const std::string& name);
  Expected<void> check_batch(const onnx::ValueInfoProto& output) const;
  std::shared_ptr<const graph::NodeGraph> kept(const std::string& input, const Shape& shape,
                                               const std::string& output);

  const Names& names_;
  std::int64_t opset_;
  std::filesystem::path folder_;
  graph::Progression progression_;
  graph::Values values_;
  std::vector<graph::Operation> dependent_;  // on the input
  std::size_t applied_ = 0;
};

Expected<void> Walk::keep(const std::string& name, Value value) {
  if (const Tensor* tensor = std::get_if<Tensor>(&value)) {
    const auto count = static_cast<std::int64_t>(tensor->values.size());
    if (count > progression_.room) return bad_request("{}", kTooLarge);
    progression_.room -= count;
  }
  values_.insert_or_assign(name, std::move(value));
  return {};
}

Expected<const Value*> Walk::find_value(const std::string& name) {
  if (const auto known = values_.find(name); known != values_.end()) return &known->second;
  const onnx::TensorProto* initializer = names_.initializer(name);
  if (initializer == nullptr) return nullptr;
  const auto count = graph::checked_size({initializer->dims().begin(), initializer->dims().end()});
  if (!count) return bad_request("initializer '{}' {}", name, count.error().message);
  if (*count > progression_.room) return bad_request("initializer '{}': {}", name, kTooLarge);
  auto tensor = read_tensor(*initializer, folder_);
  if (!tensor) return bad_request("initializer '{}' {}", name, tensor.error().message);
  if (auto ok = keep(name, std::move(*tensor)); !ok) return tl::unexpected(ok.error());
  return &values_.at(name);
}

/// What else such a node is given are the classes' names.
bool Walk::takes_label(const onnx::NodeProto& node) const {
  return std::any_of(node.input().begin(), node.input().end(), [this](const std::string& name) {
    const auto known = values_.find(name);
    const Signal* signal = known == values_.end() ? nullptr : std::get_if<Signal>(&known->second);
    return signal != nullptr && signal->label;
  });
}

Expected<void> Walk::compute(const onnx::NodeProto& node) {
  std::vector<const Value*> inputs;
  const bool of_label = takes_label(node);
  for (const std::string& name : node.input()) {
    inputs.push_back(nullptr);
    if (name.empty() || (of_label && !values_.contains(name))) continue;
    const auto value = find_value(name);
    if (!value) return tl::unexpected(value.error());
    if (*value == nullptr) {
      const onnx::NodeProto* maker = names_.producer(name);
      if (maker == nullptr)
        return bad_request("{}: nothing makes its input '{}'", label(node), name);
      return bad_request("{}: its input '{}' is a further output of {}, which is not read",
                         label(node), name, label(*maker));
    }
    inputs.back() = *value;
  }
  auto operation = operation_of(node, folder_);
  if (!operation) return tl::unexpected(operation.error());
  bool depends = false;
  for (std::size_t i = 0; i < graph::outputs_made(*operation); ++i) {
    auto output = graph::apply({*operation, opset_, inputs, i}, progression_);
    if (!output) return tl::unexpected(output.error());
    depends = depends || std::holds_alternative<Signal>(*output);
    if (static_cast<int>(i) >= node.output_size()) continue;
    if (auto ok = keep(node.output(static_cast<int>(i)), std::move(*output)); !ok) {
      return bad_request("{}: {}", label(node), ok.error().message);
    }
  }
  if (depends) dependent_.push_back(std::move(*operation));
  ++applied_;
  return {};
}

/// What of this walk an evaluation needs.
std::shared_ptr<const graph::NodeGraph> Walk::kept(const std::string& input, const Shape& shape,
                                                   const std::string& output) {
  auto result = std::make_shared<graph::NodeGraph>();
  result->input = input;
  result->output = output;
  result->shape = shape;
  result->opset = opset_;
  result->batch = progression_.batch;
  result->nodes = dependent_;
  for (const graph::Operation& node : dependent_) {
    for (const std::string& name : node.inputs) {
      const auto value = values_.find(name);
      if (value == values_.end() || std::holds_alternative<Signal>(value->second)) continue;
      result->constants.insert(*value);
    }
  }
  return result;
}

/// That the file does not give its output a leading extent of its own.
Expected<void> Walk::check_batch(const onnx::ValueInfoProto& output) const {
  const auto& shape = output.type().tensor_type().shape();
  if (progression_.batch == 1 || shape.dim_size() == 0 || !shape.dim(0).has_dim_value() ||
      shape.dim(0).dim_value() == progression_.batch) {
    return {};
  }
  return bad_request(
      "the input's leading extent {} may be a batch, but the output's is {}; export the network "
      "with a batch of 1",
      progression_.batch, shape.dim(0).dim_value());
}

Expected<NetworkFile> Walk::read(const std::string& input, const Shape& shape,
                                 const std::vector<const onnx::NodeProto*>& nodes,
                                 const onnx::ValueInfoProto& output, const ReadOptions& options) {
  values_.emplace(input, graph::signal_of(shape, progression_.units.inputs()));
  for (const onnx::NodeProto* node : nodes) {
    if (auto ok = compute(*node); !ok) return tl::unexpected(ok.error());
  }
  const auto result = find_value(output.name());
  if (!result) return tl::unexpected(result.error());
  if (*result == nullptr) return bad_request("nothing makes the output '{}'", output.name());
  const Signal* signal = std::get_if<Signal>(*result);
  if (signal == nullptr) {
    return bad_request("the output '{}' does not depend on the input", output.name());
  }
  if (auto ok = check_batch(output); !ok) return tl::unexpected(ok.error());
  const auto form = graph::finish_ending(*signal, progression_);
  if (!form) return tl::unexpected(form.error());
  auto network = graph::lower(
      progression_.units.blocks(), *form,
      options.maxima ? progression_.units.tournaments() : std::vector<graph::Tournament>{});
  if (!network) return tl::unexpected(network.error());
  if (auto ok = check(*network); !ok) return tl::unexpected(ok.error());
  const auto dropped = signal->ending == graph::Ending::none      ? DroppedEnding::none
                       : signal->ending == graph::Ending::softmax ? DroppedEnding::softmax
                                                                  : DroppedEnding::sigmoid;
  const auto graph = kept(input, shape, output.name());
  network->as_in_file = graph;
  auto facts = facts_of(names_.proto(), *graph, applied_, signal->shape);
  return NetworkFile{
      std::move(*network), std::move(progression_.warnings), dropped, std::move(facts), {}};
}

Expected<NetworkFile> read_graph(const onnx::ModelProto& model, std::int64_t opset,
                                 const std::filesystem::path& folder, const ReadOptions& options) {
  Names names(model.graph());
  if (auto ok = names.index(); !ok) return tl::unexpected(ok.error());
  const auto input = names.only_input();
  if (!input) return tl::unexpected(input.error());
  auto shape = input_shape(**input);
  if (!shape) return tl::unexpected(shape.error());
  graph::Progression start{graph::Units(size(*shape)), 1, {}};
  if (graph::is_half((*input)->type().tensor_type().elem_type())) start.note_half();
  if (opset > kNewestOpset) {
    start.warnings.push_back(
        fmt::format("operator set {} is newer than {}, the last that is known: its operators are "
                    "read as they were there",
                    opset, kNewestOpset));
  }
  const auto output = names.output(options.output_name, (*input)->name(), start.warnings);
  if (!output) return tl::unexpected(output.error());
  const auto nodes = names.order((*output)->name());
  if (!nodes) return tl::unexpected(nodes.error());

  Walk as_written(names, opset, folder, start);
  auto whole = as_written.read((*input)->name(), *shape, *nodes, **output, options);
  if (whole || shape->size() < 2 || shape->front() < 2) return whole;
  start.batch = std::exchange(shape->front(), 1);
  start.units = graph::Units(size(*shape));
  start.warnings.push_back(
      fmt::format("input '{}' holds a batch of {}: the network of one of them is read",
                  (*input)->name(), start.batch));
  Walk of_one(names, opset, folder, start);
  auto one = of_one.read((*input)->name(), *shape, *nodes, **output, options);
  if (one || of_one.applied() <= as_written.applied()) return one ? one : whole;
  return bad_request("{} (the input's leading extent {} taken for a batch)", one.error().message,
                     start.batch);
}

Expected<NetworkFile> read_model(const std::string& bytes, const std::filesystem::path& folder,
                                 const ReadOptions& options) {
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
      auto file = read_graph(model, set.version(), folder, options);
      if (file) file->facts.format = format_of(model, set.version());
      return file;
    }
  }
  return bad_request("the file does not say which operator set it uses; it may be truncated");
}

}  // namespace

}  // namespace onnx_reader

Expected<NetworkFile> parse_onnx(const std::string& bytes, const std::filesystem::path& path,
                                 const ReadOptions& options) {
  auto model = onnx_reader::read_model(bytes, path.parent_path(), options);
  if (!model) return bad_request("cannot read '{}': {}", path.string(), model.error().message);
  return model;
}

Expected<NetworkFile> read_onnx(const std::filesystem::path& path, const ReadOptions& options) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return parse_onnx(*bytes, path, options);
}

}  // namespace brink
