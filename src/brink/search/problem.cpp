#include "brink/search/problem.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/pattern/pattern.h"
#include "brink/search/claims.h"
#include "brink/search/kernels.h"
#include "brink/search/parameters.h"

namespace brink::search {

namespace {

constexpr double kCrossing = 1e-9;  ///< sides that cross by less may still be a point

}  // namespace

Problem::Problem(const Network& network, const Eigen::VectorXd& image, Box reach,
                 const OutputRegion& region) {
  Inputs inputs{&network, image, std::move(reach), {}, {}, {}, Neurons(network), {}, 0, 0};
  const LinearMap& first = network.layers.front().weights;
  const Eigen::VectorXd& bias = network.layers.front().bias;
  if (!first.is_sparse()) inputs.first_weights = first.dense();
  inputs.first_center = first * image + bias;
  const Eigen::VectorXd room = (inputs.reach.upper - image).cwiseMax(image - inputs.reach.lower);
  const double unit = std::numeric_limits<double>::epsilon();
  const auto pixels = static_cast<double>(image.size());
  const auto width = static_cast<double>(bias.size());
  for (const Layer& layer : network.layers) {
    inputs.weights += static_cast<double>(layer.weights.entries());
  }
  inputs.first_doubt = unit * (width + 4) * first.absolute(room) +
                       unit * (pixels + 4) * (first.absolute(image.cwiseAbs()) + bias.cwiseAbs());
  for (int k = 1; k < network.depth(); ++k) {
    const std::vector<char>& linear = network.layer(k).linear;
    if (linear.empty()) continue;
    inputs.linear.resize(static_cast<std::size_t>(inputs.neurons.hidden()));
    std::copy(linear.begin(), linear.end(), inputs.linear.begin() + inputs.neurons.first(k));
  }
  for (int k = 2; k < network.depth(); ++k) {
    const double largest = network.layer(k).weights.largest();
    inputs.largest_weight = std::max(inputs.largest_weight, largest);
  }
  inputs_ = std::make_shared<const Inputs>(std::move(inputs));
  add_rows(region);
}

Problem::Problem(const Problem& other, const OutputRegion& region)
    : inputs_(other.inputs_), claims_(other.claims_), planes_(other.planes_) {
  add_rows(region);
}

void Problem::add_rows(const OutputRegion& region) {
  const Layer& last = network().layers.back();
  const auto count = static_cast<Eigen::Index>(region.rows.size());
  rows_.resize(count, last.weights.cols());
  rhs_.resize(count);
  rhs_magnitudes_.resize(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const OutputRow& row = region.rows[static_cast<std::size_t>(i)];
    rows_.row(i) = last.weights.transposed(row.coefficients);
    rhs_(i) = row.rhs - row.coefficients.dot(last.bias);
    const Eigen::VectorXd sizes = row.coefficients.cwiseAbs();
    row_magnitude_ = std::max(row_magnitude_, last.weights.absolute_transposed(sizes).maxCoeff());
    rhs_magnitudes_(i) = sizes.dot(last.bias.cwiseAbs()) + std::abs(row.rhs);
  }
}

void Problem::first_image(const Eigen::VectorXd& d, Eigen::VectorXd& out) const {
  if (network().layers.front().weights.is_sparse()) {
    out = network().layers.front().weights * d;
    return;
  }
  const RowMatrix& weights = inputs_->first_weights;
  const auto inputs = static_cast<std::size_t>(weights.cols());
  out.resize(weights.rows());
  kernels::multiply(static_cast<std::size_t>(out.size()), inputs, inputs, weights.data(), d.data(),
                    out.data());
}

void Problem::first_direction(const Eigen::VectorXd& v, Eigen::VectorXd& out) const {
  if (network().layers.front().weights.is_sparse()) {
    out = network().layers.front().weights.transposed(v);
    return;
  }
  const RowMatrix& weights = inputs_->first_weights;
  const auto inputs = static_cast<std::size_t>(weights.cols());
  out.resize(weights.cols());
  kernels::combine(static_cast<std::size_t>(v.size()), inputs, inputs, weights.data(), v.data(),
                   out.data());
}

double Problem::slack(const Eigen::VectorXd& x) const {
  Eigen::VectorXd activation, y;
  for (int k = 1; k < network().depth(); ++k) {
    const Layer& layer = network().layer(k);
    if (k == 1) {
      first_image(x, y);
    } else {
      y = layer.weights * activation;
    }
    activation = y + layer.bias;
    layer.activate(activation);
  }
  return (rows_ * activation - rhs_).minCoeff();
}

std::vector<bool> Problem::pattern(const Eigen::VectorXd& x) const {
  std::vector<bool> active;
  for (const auto& layer : phases_at(network(), x)) {
    active.insert(active.end(), layer.begin(), layer.end());
  }
  return active;
}

Eigen::VectorXd Problem::image_with(const Eigen::VectorXd& change) const {
  return (image() + change).cwiseMax(reach().lower).cwiseMin(reach().upper);
}

Phases Problem::phases(const Intervals& settled) const {
  Phases phases;
  for (int k = 1; k <= hidden_layers(); ++k) {
    std::vector<bool> layer;
    for (int j = 0; j < static_cast<int>(network().width(k)); ++j) {
      layer.push_back(!settled.inactive(neuron(k, j)));
    }
    phases.push_back(std::move(layer));
  }
  return phases;
}

bool Problem::is_large() const {
  return neurons() > parameters().large_above;
}

ClaimLog& Problem::claims() const {
  static ClaimLog nobody;
  return claims_ != nullptr ? *claims_ : nobody;
}

std::optional<Intervals> Problem::propagate(Intervals bounds, int first) const {
  for (int k = std::max(first, 2); k < network().depth(); ++k) {
    const Box range = bounds.activations(neuron(k - 1, 0), network().width(k - 1));
    const Intervals step =
        interval_step(network().layer(k), range.lower.data(), range.upper.data());
    for (std::size_t j = 0; j < step.lower.size(); ++j) {
      const auto id = static_cast<std::size_t>(neuron(k, static_cast<int>(j)));
      double& lower = bounds.lower[id];
      double& upper = bounds.upper[id];
      lower = std::max(lower, step.lower[j]);
      upper = std::min(upper, step.upper[j]);
      if (lower <= upper) continue;
      // Bounds of other sources may cross these by their own rounding.
      const double size = std::max(std::abs(lower), std::abs(upper));
      if (lower > upper + kCrossing * (1 + size)) return std::nullopt;
      std::swap(lower, upper);
    }
  }
  return bounds;
}

std::optional<Intervals> Problem::within(const Intervals& root, const Node& node) const {
  Intervals bounds = root;
  int first = neurons();
  const auto meet = [&](int neuron, double lower, double upper) {
    const auto id = static_cast<std::size_t>(neuron);
    bounds.lower[id] = std::max(bounds.lower[id], lower);
    bounds.upper[id] = std::min(bounds.upper[id], upper);
    first = std::min(first, neuron);
    return bounds.lower[id] <= bounds.upper[id];
  };
  constexpr double kFar = std::numeric_limits<double>::infinity();
  for (const Step* step = node.path.get(); step != nullptr; step = step->before.get()) {
    const Split& split = step->split;
    if (split.what >= 0 && !meet(split.what, split.on ? 0 : -kFar, split.on ? kFar : 0)) return {};
    for (const Change& change : step->changes) {
      if (!meet(change.what, change.lower, change.upper)) return {};
    }
  }
  return first < neurons() ? propagate(std::move(bounds), layer_of(first) + 1) : bounds;
}

std::vector<Change> changes_between(const Intervals& before, const Intervals& after) {
  std::vector<Change> changes;
  for (int id = 0; id < before.count(); ++id) {
    const auto i = static_cast<std::size_t>(id);
    const bool tighter = after.lower[i] > before.lower[i] || after.upper[i] < before.upper[i];
    if (tighter) changes.push_back({id, after.lower[i], after.upper[i]});
  }
  return changes;
}

}  // namespace brink::search
