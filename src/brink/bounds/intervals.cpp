#include "brink/bounds/intervals.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "range.h"

namespace brink {

int Intervals::unstable_count() const {
  int found = 0;
  for (int id = 0; id < count(); ++id) found += unstable(id) ? 1 : 0;
  return found;
}

Box Intervals::activations(int first, Eigen::Index count) const {
  Box range{Eigen::VectorXd(count), Eigen::VectorXd(count)};
  for (Eigen::Index j = 0; j < count; ++j) {
    range.lower(j) = least(first + static_cast<int>(j));
    range.upper(j) = most(first + static_cast<int>(j));
  }
  return range;
}

std::optional<Intervals> meet(Intervals a, const Intervals& b) {
  for (std::size_t i = 0; i < a.lower.size(); ++i) {
    a.lower[i] = std::max(a.lower[i], b.lower[i]);
    a.upper[i] = std::min(a.upper[i], b.upper[i]);
    if (a.lower[i] > a.upper[i]) return std::nullopt;
  }
  return a;
}

namespace {

/// Sums over the chosen ends of every neuron, those of their sizes, and how many products of each
/// may have underflowed.
struct Sums {
  explicit Sums(const Eigen::VectorXd& bias)
      : least(bias),
        most(bias),
        least_size(bias.cwiseAbs()),
        most_size(least_size),
        least_products(Eigen::ArrayXd::Zero(bias.size())),
        most_products(least_products) {}
  Eigen::ArrayXd least, most, least_size, most_size, least_products, most_products;
};

/// By columns, as dense weights are stored.
Sums sums_of(const Layer& layer, const Eigen::MatrixXd& weights, const double* low,
             const double* high) {
  Sums sums(layer.bias);
  auto& [least, most, least_size, most_size, least_products, most_products] = sums;
  Eigen::ArrayXd at_low(weights.rows()), at_high(weights.rows());
  for (Eigen::Index i = 0; i < weights.cols(); ++i) {
    const double lowest = low[i], highest = high[i];
    const double has_low = lowest != 0 ? 1 : 0, has_high = highest != 0 ? 1 : 0;
    if (has_low + has_high == 0) continue;
    const auto w = weights.col(i).array();
    const auto above = (w > 0).cast<double>();
    const auto below = (w < 0).cast<double>();
    at_low = w * lowest;
    at_high = w * highest;
    least += at_low.min(at_high);
    most += at_low.max(at_high);
    least_size += at_low.min(at_high).abs();
    most_size += at_low.max(at_high).abs();
    least_products += above * has_low + below * has_high;
    most_products += above * has_high + below * has_low;
  }
  return sums;
}

Sums sums_of(const Layer& layer, const double* low, const double* high) {
  Sums sums(layer.bias);
  for (Eigen::Index j = 0; j < layer.bias.size(); ++j) {
    layer.weights.each_in_row(j, [&](Eigen::Index i, double w) {
      const double at_low = w * low[i], at_high = w * high[i];
      const auto [down, up] = std::minmax(at_low, at_high);
      sums.least(j) += down;
      sums.most(j) += up;
      sums.least_size(j) += std::abs(down);
      sums.most_size(j) += std::abs(up);
      sums.least_products(j) += 1;
      sums.most_products(j) += 1;
    });
  }
  return sums;
}

}  // namespace

Intervals interval_step(const Layer& layer, const double* low, const double* high) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
  const Eigen::Index width = layer.weights.rows(), inputs = layer.weights.cols();
  const auto [least, most, least_size, most_size, least_products, most_products] =
      layer.weights.is_sparse() ? sums_of(layer, low, high)
                                : sums_of(layer, layer.weights.dense(), low, high);
  const double gamma = 2 * rounding(inputs);
  Intervals result{std::vector<double>(static_cast<std::size_t>(width)),
                   std::vector<double>(static_cast<std::size_t>(width))};
  for (Eigen::Index j = 0; j < width; ++j) {
    const double down = least(j) - gamma * least_size(j) - 4 * kSmallest * least_products(j);
    const double up = most(j) + gamma * most_size(j) + 4 * kSmallest * most_products(j);
    // Overflow (infinity - infinity) leaves NaN: then nothing is known.
    result.lower[static_cast<std::size_t>(j)] = std::isnan(down) ? -kInfinite : down;
    result.upper[static_cast<std::size_t>(j)] = std::isnan(up) ? kInfinite : up;
  }
  return result;
}

}  // namespace brink
