// Which output of several is the network's.
//
// scikit-learn's classifiers give a `label` beside the `probabilities`; others give features or
// both logits and probabilities. Integers, texts and values of more than two axes are not meant,
// nor what does not depend on the input, nor the Softmax of another output; if then one is left it
// is read, else the user has to say.
#include <fmt/ranges.h>

#include <algorithm>

#include "onnx_graph.h"

namespace brink::onnx_reader {

namespace {

// Each is traced to the input: beyond this many they are not compared.
constexpr int kMostOutputs = 64;

std::string names_of_outputs(const onnx::GraphProto& graph) {
  constexpr int kShown = 10;
  std::vector<std::string> names;
  for (int i = 0; i < std::min(graph.output_size(), kShown); ++i) {
    names.push_back("'" + graph.output(i).name() + "'");
  }
  return fmt::format("{}{}", fmt::join(names, ", "), graph.output_size() > kShown ? ", ..." : "");
}

}  // namespace

/// The output whose Softmax this one is; "" if it is none's.
std::string Names::logits_of(const onnx::ValueInfoProto& output) const {
  const onnx::NodeProto* maker = producer(output.name());
  while (maker != nullptr && maker->op_type() == "Identity") maker = producer(maker->input(0));
  if (maker == nullptr || (maker->op_type() != "Softmax" && maker->op_type() != "LogSoftmax")) {
    return "";
  }
  const std::string& before = maker->input(0);
  const auto same = [&before](const onnx::ValueInfoProto& other) { return other.name() == before; };
  return std::any_of(proto_.output().begin(), proto_.output().end(), same) ? before : "";
}

bool Names::may_be_meant(const onnx::ValueInfoProto& output, const std::string& input) const {
  const onnx::NodeProto* maker = producer(output.name());
  const auto& type = output.type();
  const bool table = maker != nullptr && maker->op_type() == "ZipMap";
  if (output.has_type() && !type.has_tensor_type() && !table) return false;
  if (type.has_tensor_type()) {
    const auto& tensor = type.tensor_type();
    if (tensor.elem_type() != onnx::TensorProto::UNDEFINED && !graph::is_real(tensor.elem_type())) {
      return false;
    }
    if (tensor.has_shape() && tensor.shape().dim_size() > 2) return false;
  }
  const auto nodes = order(output.name());
  return nodes && std::any_of(nodes->begin(), nodes->end(), [&input](const onnx::NodeProto* node) {
           return std::find(node->input().begin(), node->input().end(), input) !=
                  node->input().end();
         });
}

Expected<const onnx::ValueInfoProto*> Names::output(const std::string& wanted,
                                                    const std::string& input,
                                                    std::vector<std::string>& warnings) const {
  const auto& outputs = proto_.output();
  if (outputs.empty()) return bad_request("the graph has no output");
  if (!wanted.empty()) {
    for (const onnx::ValueInfoProto& output : outputs) {
      if (output.name() == wanted) return &output;
    }
    return bad_request("the graph has no output '{}'; it has {}", wanted, names_of_outputs(proto_));
  }
  if (outputs.size() == 1) return &outputs[0];
  std::vector<const onnx::ValueInfoProto*> meant;
  for (const onnx::ValueInfoProto& output : outputs) {
    if (outputs.size() > kMostOutputs || !may_be_meant(output, input)) continue;
    if (logits_of(output).empty()) meant.push_back(&output);
  }
  if (meant.size() != 1) {
    const onnx::ValueInfoProto& first = meant.empty() ? outputs[0] : *meant.front();
    return bad_request("the graph has {} outputs, {}; choose one: --output-name {}, say",
                       outputs.size(), names_of_outputs(proto_), first.name());
  }
  warnings.push_back(fmt::format("output '{}' is read, of {} (--output-name chooses another)",
                                 meant.front()->name(), names_of_outputs(proto_)));
  return meant.front();
}

}  // namespace brink::onnx_reader
