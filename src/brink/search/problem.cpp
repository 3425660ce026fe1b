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
                 const OutputRegion& region)
    : network_(&network), image_(image), reach_(std::move(reach)) {
  first_weights_ = network.layers.front().weights;
  first_center_ = network.layers.front().weights * image + network.layers.front().bias;
  const Eigen::VectorXd room = (reach_.upper - image_).cwiseMax(image_ - reach_.lower);
  const double unit = std::numeric_limits<double>::epsilon();
  const auto pixels = static_cast<double>(image_.size());
  const auto width = static_cast<double>(first_center_.size());
  first_doubt_ =
      unit * (width + 4) * (first_weights_.cwiseAbs() * room) +
      unit * (pixels + 4) *
          (first_weights_.cwiseAbs() * image_.cwiseAbs() + network.layers.front().bias.cwiseAbs());
  const Layer& last = network.layers.back();
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
  offsets_ = {0};
  for (int k = 1; k < network.depth(); ++k) {
    offsets_.push_back(offsets_.back() + static_cast<int>(network.width(k)));
  }
}

int Problem::layer_of(int neuron) const {
  const auto after = std::upper_bound(offsets_.begin(), offsets_.end(), neuron);
  return static_cast<int>(after - offsets_.begin());
}

void Problem::first_image(const Eigen::VectorXd& d, Eigen::VectorXd& out) const {
  const auto inputs = static_cast<std::size_t>(first_weights_.cols());
  out.resize(first_weights_.rows());
  kernels::multiply(static_cast<std::size_t>(out.size()), inputs, inputs, first_weights_.data(),
                    d.data(), out.data());
}

void Problem::first_direction(const Eigen::VectorXd& v, Eigen::VectorXd& out) const {
  const auto inputs = static_cast<std::size_t>(first_weights_.cols());
  out.resize(first_weights_.cols());
  kernels::combine(static_cast<std::size_t>(v.size()), inputs, inputs, first_weights_.data(),
                   v.data(), out.data());
}

double Problem::slack(const Eigen::VectorXd& x) const {
  Eigen::VectorXd activation, y;
  for (int k = 1; k < network_->depth(); ++k) {
    const Layer& layer = network_->layer(k);
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
  for (const auto& layer : phases_at(*network_, x)) {
    active.insert(active.end(), layer.begin(), layer.end());
  }
  return active;
}

Eigen::VectorXd Problem::image_with(const Eigen::VectorXd& change) const {
  return (image_ + change).cwiseMax(reach_.lower).cwiseMin(reach_.upper);
}

Phases Problem::phases(const Phasing& settled) const {
  Phases phases;
  for (int k = 1; k <= hidden_layers(); ++k) {
    std::vector<bool> layer;
    for (int j = 0; j < static_cast<int>(network_->width(k)); ++j) {
      layer.push_back(settled.upper[static_cast<std::size_t>(neuron(k, j))] > 0);
    }
    phases.push_back(std::move(layer));
  }
  return phases;
}

bool Problem::propagate(Phasing& phasing, int first) const {
  // Outward rounding: each sum of n products is off by at most (n + 2) unit roundoffs of its size.
  for (int k = std::max(first, 2); k < network_->depth(); ++k) {
    const Layer& layer = network_->layer(k);
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
