#include "brink/io/layers_file.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "brink/base/exact_text.h"

namespace brink {

namespace {

constexpr std::array<std::string_view, 16> kPlain{
    "Add",    "Cast", "Conv", "Div", "Dropout", "Flatten", "Gemm",      "Identity",
    "MatMul", "Mul",  "Relu", "Sub", "Reshape", "Squeeze", "Unsqueeze", "LogSoftmax"};

}  // namespace

std::string layers_text(const Network& network) {
  std::string text = fmt::format("brink-layers 1\ninputs {}\nlayers {}\noutput {}\n",
                                 network.input_size(), network.depth(), name(network.output));
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    text += fmt::format("layer {}\n", layer.bias.size());
    const bool last = k == network.depth();
    for (Eigen::Index j = 0; j < layer.bias.size(); ++j) {
      text += last || layer.is_linear(j) ? "unit linear " : "unit relu ";
      text += exact_text(layer.bias(j));
      layer.weights.each_in_row(j, [&](Eigen::Index i, double weight) {
        if (weight != 0) text += fmt::format(" {}:{}", i, exact_text(weight));
      });
      text += '\n';
    }
  }
  return text + "end\n";
}

bool is_plain_chain(const graph::NodeGraph& graph) {
  std::string signal = graph.input;
  for (const graph::Operation& node : graph.nodes) {
    if (std::find(kPlain.begin(), kPlain.end(), node.type) == kPlain.end()) return false;
    const auto takes = [&](const std::string& input) {
      return !input.empty() && graph.constants.count(input) == 0;
    };
    if (std::count_if(node.inputs.begin(), node.inputs.end(), takes) != 1) return false;
    if (std::find(node.inputs.begin(), node.inputs.end(), signal) == node.inputs.end()) {
      return false;
    }
    signal = node.outputs.front();
  }
  return signal == graph.output;
}

}  // namespace brink
