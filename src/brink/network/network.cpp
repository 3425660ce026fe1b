#include "brink/network/network.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "brink/base/running_digest.h"

namespace brink {

std::string_view name(OutputKind kind) {
  return kind == OutputKind::relu ? "relu" : "linear";
}

void Layer::activate(Eigen::VectorXd& y) const {
  if (linear.empty()) {
    y = y.cwiseMax(0.0);
    return;
  }
  for (Eigen::Index j = 0; j < y.size(); ++j) {
    if (!is_linear(j)) y(j) = std::max(0.0, y(j));
  }
}

bool is_dense(const Network& network) {
  return std::none_of(network.layers.begin(), network.layers.end(), [](const Layer& layer) {
    return !layer.linear.empty() || layer.weights.is_sparse();
  });
}

void end_in(Network& network, OutputKind output) {
  if (network.output == OutputKind::relu && output == OutputKind::linear) {
    network.as_in_file.reset();
  }
  network.output = output;
}

Expected<void> check(const Network& network) {
  if (network.layers.empty()) return bad_request("the network has no layers");
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    if (layer.weights.rows() != layer.bias.size() || layer.weights.rows() == 0 ||
        layer.weights.cols() == 0) {
      return bad_request("layer {}: weights are {}x{} but there are {} biases", k,
                         layer.weights.rows(), layer.weights.cols(), layer.bias.size());
    }
    if (k > 1 && layer.weights.cols() != network.width(k - 1)) {
      return bad_request("layer {} takes {} inputs but layer {} has {} neurons", k,
                         layer.weights.cols(), k - 1, network.width(k - 1));
    }
    const bool output = k == network.depth();
    if (!layer.linear.empty() && (output || std::ssize(layer.linear) != layer.bias.size())) {
      return bad_request("layer {}: {} of its {} units are said to be linear or not", k,
                         layer.linear.size(), layer.bias.size());
    }
    if (!layer.weights.all_finite() || !layer.bias.allFinite()) {
      return bad_request("layer {} has a weight or bias that is NaN or infinite", k);
    }
  }
  return {};
}

std::string content_hash(const Network& network) {
  RunningSha256 digest;
  digest.add(fmt::format("brink network {} {}", name(network.output), network.depth()));
  const auto add = [&digest](const double* data, Eigen::Index count) {
    digest.add(std::span<const double>(data, static_cast<std::size_t>(count)));
  };
  for (const Layer& layer : network.layers) {
    digest.add(fmt::format(" {}x{} ", layer.weights.rows(), layer.weights.cols()));
    if (layer.weights.is_sparse()) {  // as if it were dense
      const Eigen::SparseMatrix<double> columns = layer.weights.sparse();
      for (Eigen::Index i = 0; i < columns.cols(); ++i) {
        const Eigen::VectorXd column = columns.col(i);
        add(column.data(), column.size());
      }
    } else {
      add(layer.weights.dense().data(), layer.weights.entries());
    }
    add(layer.bias.data(), layer.bias.size());
    if (!layer.linear.empty())
      digest.add(std::string_view(layer.linear.data(), layer.linear.size()));
  }
  return digest.hex();
}

std::vector<Eigen::VectorXd> pre_activations(const Network& network, const Eigen::VectorXd& x) {
  std::vector<Eigen::VectorXd> result;
  Eigen::VectorXd activation = x;
  for (const Layer& layer : network.layers) {
    Eigen::VectorXd y = layer.weights * activation + layer.bias;
    activation = y;
    layer.activate(activation);
    result.push_back(std::move(y));
  }
  return result;
}

Eigen::VectorXd logits(const Network& network, const Eigen::VectorXd& x) {
  Eigen::VectorXd y;
  const Eigen::VectorXd* activation = &x;
  Eigen::VectorXd hidden;
  for (const Layer& layer : network.layers) {
    y = layer.weights * *activation + layer.bias;
    hidden = y;
    layer.activate(hidden);
    activation = &hidden;
  }
  return y;
}

Eigen::VectorXd outputs(const Network& network, const Eigen::VectorXd& x) {
  Eigen::VectorXd y = logits(network, x);
  if (network.output == OutputKind::relu) y = y.cwiseMax(0.0);
  return y;
}

Eigen::VectorXd outputs_in_file(const Network& network, const Eigen::VectorXd& x) {
  if (!network.as_in_file) return outputs(network, x);
  auto y = network.as_in_file->evaluate(x);
  if (!y) return Eigen::VectorXd::Constant(network.output_size(), std::nan(""));
  return network.output == OutputKind::relu ? y->cwiseMax(0.0) : *y;
}

int class_of(const Eigen::VectorXd& outputs) {
  Eigen::Index best = 0;
  const double largest = outputs.maxCoeff(&best);
  return (outputs.array() == largest).count() == 1 ? static_cast<int>(best) : -1;
}

int classify(const Network& network, const Eigen::VectorXd& x) {
  return class_of(outputs(network, x));
}

}  // namespace brink
