#include "brink/bounds/intervals.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "brink/base/clones.h"
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

/// Of every neuron the sum of its products at one end of the inputs' intervals and that of their
/// sizes; and how many products may have underflowed.
struct Sums {
  explicit Sums(Eigen::Index count)
      : value(Eigen::ArrayXd::Zero(count)), size(value), products(value) {}
  Eigen::ArrayXd value, size, products;
};
struct Ends {
  Sums least, most;
};

constexpr std::size_t kColumns = 4;

/// Of four columns w, each with its input's interval: the sums' loads and stores are what it takes.
/// (0 times an infinite end is no number, and counts as the product with the other end.)
BRINK_CLONES void add_columns(std::size_t n, const double* const* w, const double* low,
                              const double* high, double* __restrict least, double* __restrict most,
                              double* __restrict least_size, double* __restrict most_size) {
  const double *w0 = w[0], *w1 = w[1], *w2 = w[2], *w3 = w[3];
  const double l0 = low[0], l1 = low[1], l2 = low[2], l3 = low[3];
  const double h0 = high[0], h1 = high[1], h2 = high[2], h3 = high[3];
#pragma omp simd
  for (std::size_t j = 0; j < n; ++j) {
    const double a0 = w0[j] * l0, a1 = w1[j] * l1, a2 = w2[j] * l2, a3 = w3[j] * l3;
    const double b0 = w0[j] * h0, b1 = w1[j] * h1, b2 = w2[j] * h2, b3 = w3[j] * h3;
    const double d0 = a0 < b0 ? a0 : b0, d1 = a1 < b1 ? a1 : b1;
    const double d2 = a2 < b2 ? a2 : b2, d3 = a3 < b3 ? a3 : b3;
    const double u0 = a0 < b0 ? b0 : a0, u1 = a1 < b1 ? b1 : a1;
    const double u2 = a2 < b2 ? b2 : a2, u3 = a3 < b3 ? b3 : a3;
    least[j] += (d0 + d1) + (d2 + d3);
    most[j] += (u0 + u1) + (u2 + u3);
    least_size[j] += (std::abs(d0) + std::abs(d1)) + (std::abs(d2) + std::abs(d3));
    most_size[j] += (std::abs(u0) + std::abs(u1)) + (std::abs(u2) + std::abs(u3));
  }
}

/// By columns, as dense weights are stored; inputs that are 0 add nothing.
Ends ends_of(const Eigen::MatrixXd& weights, const double* low, const double* high) {
  const Eigen::Index neurons = weights.rows();
  Ends ends{Sums(neurons), Sums(neurons)};
  auto& [least, most] = ends;
  std::vector<Eigen::Index> live;
  for (Eigen::Index i = 0; i < weights.cols(); ++i) {
    if (low[i] != 0 || high[i] != 0) live.push_back(i);
  }
  for (std::size_t first = 0; first < live.size(); first += kColumns) {
    const double* columns[kColumns];
    double lows[kColumns] = {}, highs[kColumns] = {};
    for (std::size_t c = 0; c < kColumns; ++c) {
      const std::size_t at = std::min(first + c, live.size() - 1);
      columns[c] = weights.col(live[at]).data();
      if (first + c > at) continue;  // once more, times 0
      lows[c] = low[live[at]];
      highs[c] = high[live[at]];
    }
    add_columns(static_cast<std::size_t>(neurons), columns, lows, highs, least.value.data(),
                most.value.data(), least.size.data(), most.size.data());
  }
  // How many products an end has matters where all of them are 0, or underflowed to it.
  const auto count = [&](Sums& sums, const double* of_positive, const double* of_negative) {
    sums.products = static_cast<double>(live.size());
    for (Eigen::Index j = 0; j < neurons; ++j) {
      if (sums.size(j) != 0) continue;
      sums.products(j) = static_cast<double>(std::count_if(live.begin(), live.end(), [&](auto i) {
        const double w = weights(j, i);
        return w != 0 && (w > 0 ? of_positive : of_negative)[i] != 0;
      }));
    }
  };
  count(least, low, high);
  count(most, high, low);
  return ends;
}

Ends ends_of(const LinearMap& weights, const double* low, const double* high) {
  Ends ends{Sums(weights.rows()), Sums(weights.rows())};
  for (Eigen::Index j = 0; j < weights.rows(); ++j) {
    weights.each_in_row(j, [&](Eigen::Index i, double w) {
      const auto [down, up] = std::minmax({w * low[i], w * high[i]});
      for (auto [sums, term] : {std::pair(&ends.least, down), std::pair(&ends.most, up)}) {
        sums->value(j) += term;
        sums->size(j) += std::abs(term);
        sums->products(j) += 1;
      }
    });
  }
  return ends;
}

}  // namespace

Intervals interval_step(const Layer& layer, const double* low, const double* high) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
  const Eigen::Index width = layer.weights.rows(), inputs = layer.weights.cols();
  const auto [least, most] = layer.weights.is_sparse() ? ends_of(layer.weights, low, high)
                                                       : ends_of(layer.weights.dense(), low, high);
  const double gamma = 2 * rounding(inputs);
  Intervals result{std::vector<double>(static_cast<std::size_t>(width)),
                   std::vector<double>(static_cast<std::size_t>(width))};
  for (Eigen::Index j = 0; j < width; ++j) {
    const double bias = layer.bias(j);
    const auto doubt = [&](const Sums& sums) {
      return gamma * (sums.size(j) + std::abs(bias)) + 4 * kSmallest * sums.products(j);
    };
    const double down = bias + least.value(j) - doubt(least);
    const double up = bias + most.value(j) + doubt(most);
    // Overflow (infinity - infinity) leaves NaN: then nothing is known.
    result.lower[static_cast<std::size_t>(j)] = std::isnan(down) ? -kInfinite : down;
    result.upper[static_cast<std::size_t>(j)] = std::isnan(up) ? kInfinite : up;
  }
  return result;
}

}  // namespace brink
