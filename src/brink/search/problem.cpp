#include "brink/search/problem.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/pattern/pattern.h"
#include "brink/search/kernels.h"

namespace brink::search {

bool Phasing::settled() const {
  for (int id = 0; id < static_cast<int>(lower.size()); ++id) {
    if (unstable(id)) return false;
  }
  return true;
}

std::int64_t Phasing::unstable_count() const {
  std::int64_t count = 0;
  for (int id = 0; id < static_cast<int>(lower.size()); ++id) count += unstable(id) ? 1 : 0;
  return count;
}

bool Phasing::meet(const Phasing& other) {
  for (std::size_t i = 0; i < lower.size(); ++i) {
    lower[i] = std::max(lower[i], other.lower[i]);
    upper[i] = std::min(upper[i], other.upper[i]);
    if (lower[i] > upper[i]) return false;
  }
  return true;
}

Problem::Problem(const Network& network, const Eigen::VectorXd& image, Box reach,
                 const OutputRegion& region) {
  Inputs inputs{&network, image, std::move(reach), network.layers.front().weights, {}, {}, {0}, 0};
  const Eigen::VectorXd& bias = network.layers.front().bias;
  inputs.first_center = network.layers.front().weights * image + bias;
  const Eigen::VectorXd room = (inputs.reach.upper - image).cwiseMax(image - inputs.reach.lower);
  const double unit = std::numeric_limits<double>::epsilon();
  const auto pixels = static_cast<double>(image.size());
  const auto width = static_cast<double>(bias.size());
  const RowMatrix sizes = inputs.first_weights.cwiseAbs();
  inputs.first_doubt = unit * (width + 4) * (sizes * room) +
                       unit * (pixels + 4) * (sizes * image.cwiseAbs() + bias.cwiseAbs());
  for (int k = 1; k < network.depth(); ++k) {
    inputs.offsets.push_back(inputs.offsets.back() + static_cast<int>(network.width(k)));
    if (k == 1) continue;
    const double largest = network.layer(k).weights.cwiseAbs().maxCoeff();
    inputs.largest_weight = std::max(inputs.largest_weight, largest);
  }
  inputs_ = std::make_shared<const Inputs>(std::move(inputs));
  add_rows(region);
}

Problem::Problem(const Problem& other, const OutputRegion& region) : inputs_(other.inputs_) {
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
    rows_.row(i) = row.coefficients.transpose() * last.weights;
    rhs_(i) = row.rhs - row.coefficients.dot(last.bias);
    const Eigen::VectorXd sizes = row.coefficients.cwiseAbs();
    row_magnitude_ =
        std::max(row_magnitude_, (sizes.transpose() * last.weights.cwiseAbs()).maxCoeff());
    rhs_magnitudes_(i) = sizes.dot(last.bias.cwiseAbs()) + std::abs(row.rhs);
  }
}

int Problem::layer_of(int neuron) const {
  const auto after = std::upper_bound(inputs_->offsets.begin(), inputs_->offsets.end(), neuron);
  return static_cast<int>(after - inputs_->offsets.begin());
}

void Problem::first_image(const Eigen::VectorXd& d, Eigen::VectorXd& out) const {
  const RowMatrix& weights = first_weights();
  const auto inputs = static_cast<std::size_t>(weights.cols());
  out.resize(weights.rows());
  kernels::multiply(static_cast<std::size_t>(out.size()), inputs, inputs, weights.data(), d.data(),
                    out.data());
}

void Problem::first_direction(const Eigen::VectorXd& v, Eigen::VectorXd& out) const {
  const RowMatrix& weights = first_weights();
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
      y.noalias() = layer.weights * activation;
    }
    activation = (y + layer.bias).cwiseMax(0.0);
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

Phases Problem::phases(const Phasing& settled) const {
  Phases phases;
  for (int k = 1; k <= hidden_layers(); ++k) {
    std::vector<bool> layer;
    for (int j = 0; j < static_cast<int>(network().width(k)); ++j) {
      layer.push_back(settled.upper[static_cast<std::size_t>(neuron(k, j))] > 0);
    }
    phases.push_back(std::move(layer));
  }
  return phases;
}

bool Problem::propagate(Phasing& phasing, int first) const {
  // Outward rounding: each sum of n products is off by at most (n + 2) unit roundoffs of its size.
  for (int k = std::max(first, 2); k < network().depth(); ++k) {
    const Layer& layer = network().layer(k);
    const auto width = static_cast<int>(layer.bias.size());
    const auto before = static_cast<int>(layer.weights.cols());
    Eigen::VectorXd low = layer.bias, high = layer.bias, size = layer.bias.cwiseAbs();
    for (int i = 0; i < before; ++i) {  // by columns, as the weights are stored
      const auto id = static_cast<std::size_t>(neuron(k - 1, i));
      const double x_low = std::max(0.0, phasing.lower[id]);
      const double x_high = std::max(0.0, phasing.upper[id]);
      for (int j = 0; j < width; ++j) {
        const double w = layer.weights(j, i);
        low(j) += w * (w > 0 ? x_low : x_high);
        high(j) += w * (w > 0 ? x_high : x_low);
        size(j) += std::abs(w) * x_high;
      }
    }
    for (int j = 0; j < width; ++j) {
      const double doubt = 2.3e-16 * (before + 2) * size(j);
      const auto id = static_cast<std::size_t>(neuron(k, j));
      phasing.lower[id] = std::max(phasing.lower[id], low(j) - doubt);
      phasing.upper[id] = std::min(phasing.upper[id], high(j) + doubt);
      if (phasing.lower[id] > phasing.upper[id]) {
        if (phasing.lower[id] > phasing.upper[id] + 1e-9 * (1 + size(j))) return false;
        std::swap(phasing.lower[id], phasing.upper[id]);
      }
    }
  }
  return true;
}

std::optional<Phasing> Problem::child(const Phasing& parent, int neuron, bool active) const {
  Phasing child = parent;
  (active ? child.lower : child.upper)[static_cast<std::size_t>(neuron)] = 0;
  if (!propagate(child, layer_of(neuron) + 1)) return std::nullopt;
  return child;
}

}  // namespace brink::search
