// Linear units hand inputs on through every hidden layer, so a row over inputs, or over both, is a
// row of outputs, and all bounds and proofs hold for it as they are.
#include "brink/ask/property_network.h"

#include <algorithm>

namespace brink {

namespace {

/// W and, below it, rows of 1 that hand on the last `carried` values before, or those named.
LinearMap extended(const LinearMap& weights, const std::vector<Eigen::Index>& sources,
                   Eigen::Index cols) {
  const Eigen::Index rows = weights.rows();
  const auto more = static_cast<Eigen::Index>(sources.size());
  if (!weights.is_sparse()) {
    Eigen::MatrixXd all = Eigen::MatrixXd::Zero(rows + more, cols);
    all.topLeftCorner(rows, weights.cols()) = weights.dense();
    for (Eigen::Index i = 0; i < more; ++i) all(rows + i, sources[static_cast<std::size_t>(i)]) = 1;
    return all;
  }
  std::vector<Eigen::Triplet<double>> entries;
  for (Eigen::Index j = 0; j < rows; ++j) {
    weights.each_in_row(j,
                        [&](Eigen::Index i, double value) { entries.emplace_back(j, i, value); });
  }
  for (Eigen::Index i = 0; i < more; ++i) {
    entries.emplace_back(rows + i, sources[static_cast<std::size_t>(i)], 1.0);
  }
  LinearMap::Sparse all(rows + more, cols);
  all.setFromTriplets(entries.begin(), entries.end());
  return all;
}

Eigen::VectorXd with_zeros(const Eigen::VectorXd& values, Eigen::Index more) {
  Eigen::VectorXd all = Eigen::VectorXd::Zero(values.size() + more);
  all.head(values.size()) = values;
  return all;
}

void carry(Network& network, const std::vector<int>& inputs) {
  const auto more = static_cast<Eigen::Index>(inputs.size());
  std::vector<Eigen::Index> sources(inputs.begin(), inputs.end());
  Eigen::Index cols = network.input_size();
  for (Layer& layer : network.layers) {
    const Eigen::Index width = layer.bias.size();
    layer.weights = extended(layer.weights, sources, cols);
    layer.bias = with_zeros(layer.bias, more);
    if (layer.rounding.size() > 0) layer.rounding = with_zeros(layer.rounding, more);
    if (&layer != &network.layers.back()) {
      layer.linear.resize(static_cast<std::size_t>(width));
      layer.linear.resize(static_cast<std::size_t>(width + more), 1);
    }
    for (Eigen::Index i = 0; i < more; ++i) sources[static_cast<std::size_t>(i)] = width + i;
    cols = width + more;
  }
}

}  // namespace

Network property_network(const Network& network, const std::vector<int>& carried) {
  Network result;
  result.layers = network.layers;
  const Eigen::Index outputs = network.output_size();
  const bool ends_in_relu = network.output == OutputKind::relu;
  if (ends_in_relu || network.depth() == 1) {
    const std::vector<char> linear(static_cast<std::size_t>(outputs), ends_in_relu ? 0 : 1);
    if (!ends_in_relu) result.layers.back().linear = linear;
    result.layers.push_back(
        {Eigen::MatrixXd::Identity(outputs, outputs), Eigen::VectorXd::Zero(outputs)});
  }
  if (!carried.empty()) carry(result, carried);
  return result;
}

}  // namespace brink
