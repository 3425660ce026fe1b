// Writing NNet: ReLUs only, a linear last layer.
#include <algorithm>

#include "brink/io/nnet.h"

namespace brink {

namespace {

using Eigen::Index;

/// Layers as NNet has them.
struct DenseLayer {
  Eigen::MatrixXd weights;
  Eigen::VectorXd bias;
};

/// Linear units y of a hidden layer as relu(y) and relu(-y), a row more each, and what the next
/// layer makes of them.
void split_linear_units(DenseLayer& layer, DenseLayer& next, const std::vector<char>& linear) {
  const Index units = layer.bias.size();
  const Index more = std::count(linear.begin(), linear.end(), 1);
  layer.weights.conservativeResize(units + more, Eigen::NoChange);
  layer.bias.conservativeResize(units + more);
  next.weights.conservativeResize(Eigen::NoChange, units + more);
  Index twin = units;
  for (Index j = 0; j < units; ++j) {
    if (linear[static_cast<std::size_t>(j)] == 0) continue;
    layer.weights.row(twin) = -layer.weights.row(j);
    layer.bias(twin) = -layer.bias(j);
    next.weights.col(twin) = -next.weights.col(j);
    ++twin;
  }
}

std::vector<DenseLayer> relu_layers(const Network& network) {
  std::vector<DenseLayer> layers;
  for (const Layer& layer : network.layers)
    layers.push_back({layer.weights.to_dense(), layer.bias});
  if (network.output == OutputKind::relu) {
    const Index n = network.output_size();
    layers.push_back({Eigen::MatrixXd::Identity(n, n), Eigen::VectorXd::Zero(n)});
  }
  for (std::size_t k = 0; k + 1 < network.layers.size(); ++k) {
    const std::vector<char>& linear = network.layers[k].linear;
    if (!linear.empty()) split_linear_units(layers[k], layers[k + 1], linear);
  }
  return layers;
}

template <class Numbers>
void append_line(std::string& text, const Numbers& numbers) {
  for (const auto& number : numbers) fmt::format_to(std::back_inserter(text), "{},", number);
  text += '\n';
}

}  // namespace

std::string to_nnet(const Network& network, const Box& box) {
  const std::vector<DenseLayer> layers = relu_layers(network);
  std::vector<Index> widths = {network.input_size()};
  for (const DenseLayer& layer : layers) widths.push_back(layer.bias.size());
  std::string text = "// Neural Network File Format by Kyle Julian, Stanford 2016; by brink\n";
  append_line(text, std::vector<Index>{std::ssize(layers), widths.front(), widths.back(),
                                       *std::max_element(widths.begin(), widths.end())});
  append_line(text, widths);
  append_line(text, std::vector<Index>{0});
  append_line(text, box.lower);
  append_line(text, box.upper);
  append_line(text, std::vector<int>(static_cast<std::size_t>(widths.front() + 1), 0));
  append_line(text, std::vector<int>(static_cast<std::size_t>(widths.front() + 1), 1));
  for (const DenseLayer& layer : layers) {
    for (Index j = 0; j < layer.bias.size(); ++j) {
      append_line(text, Eigen::VectorXd(layer.weights.row(j)));
    }
    for (const double bias : layer.bias) append_line(text, std::vector<double>{bias});
  }
  return text;
}

}  // namespace brink
