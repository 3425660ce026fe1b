// Counting what was read.
#include "onnx_facts.h"

#include <algorithm>
#include <cmath>

namespace brink::onnx_reader {

namespace {

/// Weights are the real numbers among a node's constants, but for these, where they are settings.
bool takes_settings(const std::string& type) {
  constexpr std::string_view kTypes[] = {"Clip", "Resize", "Upsample", "Pad"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

double parameters_of(const graph::NodeGraph& read) {
  std::set<std::string> counted;
  double numbers = 0;
  for (const graph::Operation& node : read.nodes) {
    if (takes_settings(node.type)) continue;
    for (const std::string& name : node.inputs) {
      const auto constant = read.constants.find(name);
      if (constant == read.constants.end() || !counted.insert(name).second) continue;
      const Tensor& tensor = std::get<Tensor>(constant->second);
      if (!tensor.integer) numbers += static_cast<double>(tensor.values.size());
    }
  }
  return numbers;
}

/// As scikit-learn's converter writes them: of a ZipMap or linear model, or the constant `classes`
/// from which it takes the label.
std::vector<std::string> classes_of(const onnx::GraphProto& proto) {
  std::vector<std::string> names;
  for (const onnx::NodeProto& node : proto.node()) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      const bool named = attribute.name().starts_with("classlabels_");
      if (!named || node.op_type() == "LabelEncoder" || !names.empty()) continue;
      for (const std::int64_t number : attribute.ints()) names.push_back(fmt::format("{}", number));
      names.insert(names.end(), attribute.strings().begin(), attribute.strings().end());
    }
  }
  for (const onnx::TensorProto& tensor : proto.initializer()) {
    if (tensor.name() != "classes" || !names.empty()) continue;
    names.assign(tensor.string_data().begin(), tensor.string_data().end());
    if (tensor.data_type() == onnx::TensorProto::STRING) continue;
    const auto numbers = read_tensor(tensor, {});
    if (!numbers) continue;
    for (const double number : numbers->values) names.push_back(fmt::format("{}", number));
  }
  return names;
}

}  // namespace

FileFacts facts_of(const onnx::GraphProto& proto, const graph::NodeGraph& read, std::size_t applied,
                   const Shape& output) {
  FileFacts facts;
  facts.input = read.input;
  facts.output = read.output;
  facts.input_shape = read.shape;
  facts.output_shape = output;
  for (const onnx::ValueInfoProto& other : proto.output()) {
    if (other.name() != read.output) facts.other_outputs.push_back(other.name());
  }
  for (const graph::Operation& node : read.nodes) {
    const auto known =
        std::find_if(facts.operators.begin(), facts.operators.end(),
                     [&node](const auto& entry) { return entry.first == node.type; });
    if (known == facts.operators.end()) {
      facts.operators.emplace_back(node.type, 1);
    } else {
      ++known->second;
    }
  }
  std::stable_sort(facts.operators.begin(), facts.operators.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  facts.folded = static_cast<std::int64_t>(applied - read.nodes.size());
  facts.parameters = parameters_of(read);
  facts.classes = classes_of(proto);
  facts.whole = std::none_of(proto.initializer().begin(), proto.initializer().end(),
                             [](const onnx::TensorProto& tensor) {
                               return tensor.data_location() == onnx::TensorProto::EXTERNAL;
                             });
  return facts;
}

std::string format_of(const onnx::ModelProto& model, std::int64_t opset) {
  std::string by;
  if (!model.producer_name().empty()) by = " by " + model.producer_name();
  if (!by.empty() && !model.producer_version().empty()) by += " " + model.producer_version();
  return fmt::format("ONNX of opset {}{}", opset, by);
}

}  // namespace brink::onnx_reader
