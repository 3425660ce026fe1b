#include "brink/search/live_layers.h"

#include <algorithm>

#include "brink/search/kernels.h"

namespace brink::search {

LiveLayers::LiveLayers(const Problem& problem, std::vector<std::vector<int>> neurons)
    : neurons_(std::move(neurons)) {
  for (int k = 1; k <= layers(); ++k) {
    maps_.push_back(gather(problem, k));
    weights_ += maps_.back().back.size() + maps_.back().on.size() +
                maps_.back().sparse_back.nonZeros() + maps_.back().sparse_on.nonZeros();
  }
  if (layers() < problem.hidden_layers()) return;
  const std::vector<int>& last = neurons_.back();
  rows_.resize(problem.rows().rows(), static_cast<Eigen::Index>(last.size()));
  for (Eigen::Index j = 0; j < rows_.cols(); ++j) {
    rows_.col(j) = problem.rows().col(last[static_cast<std::size_t>(j)]).cast<float>();
  }
}

bool LiveLayers::hold(const std::vector<std::vector<int>>& neurons) const {
  if (neurons.size() != neurons_.size()) return false;
  std::size_t held = 0, asked = 0;
  for (std::size_t k = 0; k < neurons.size(); ++k) {
    held += neurons_[k].size();
    asked += neurons[k].size();
    if (!std::includes(neurons_[k].begin(), neurons_[k].end(), neurons[k].begin(),
                       neurons[k].end())) {
      return false;
    }
  }
  return 2 * held <= 3 * asked;
}

LiveLayers::Map LiveLayers::gather(const Problem& problem, int k) const {
  const Layer& layer = problem.network().layer(k);
  const std::vector<int>& out = neurons(k);
  const auto rows = static_cast<Eigen::Index>(out.size());
  const Eigen::Index cols =
      k == 1 ? layer.weights.cols() : static_cast<Eigen::Index>(neurons(k - 1).size());
  const auto input = [&](Eigen::Index i) -> Eigen::Index {
    return k == 1 ? i : neurons(k - 1)[static_cast<std::size_t>(i)];
  };
  Map map;
  map.constants.resize(rows);
  const Eigen::VectorXd& constants = k == 1 ? problem.first_center() : layer.bias;
  for (Eigen::Index j = 0; j < rows; ++j) {
    map.constants(j) = static_cast<float>(constants(out[static_cast<std::size_t>(j)]));
  }
  map.is_sparse = layer.weights.is_sparse();
  if (!map.is_sparse) {
    const LinearMap::Dense& dense = layer.weights.dense();
    map.on.resize(cols, rows);
    for (Eigen::Index i = 0; i < cols; ++i) {
      const auto column = dense.col(input(i));
      for (Eigen::Index j = 0; j < rows; ++j) {
        map.on(i, j) = static_cast<float>(column(out[static_cast<std::size_t>(j)]));
      }
    }
    map.back = map.on.transpose();
    return map;
  }
  std::vector<int> place(static_cast<std::size_t>(layer.weights.cols()), -1);
  for (Eigen::Index i = 0; i < cols; ++i) {
    place[static_cast<std::size_t>(input(i))] = static_cast<int>(i);
  }
  std::vector<Eigen::Triplet<float>> entries;
  for (Eigen::Index j = 0; j < rows; ++j) {
    layer.weights.each_in_row(out[static_cast<std::size_t>(j)], [&](Eigen::Index i, double weight) {
      const int at = place[static_cast<std::size_t>(i)];
      if (at >= 0) entries.emplace_back(static_cast<int>(j), at, static_cast<float>(weight));
    });
  }
  map.sparse_on.resize(rows, cols);
  map.sparse_on.setFromTriplets(entries.begin(), entries.end());
  map.sparse_back = map.sparse_on.transpose();
  return map;
}

namespace {

/// out = v A.
void times(const FloatRows& v, const FloatRows& a, FloatRows& out) {
  out.resize(v.rows(), a.cols());
  kernels::combine_many(static_cast<std::size_t>(v.rows()), static_cast<std::size_t>(a.rows()),
                        static_cast<std::size_t>(a.cols()), a.data(), v.data(), out.data());
}

/// out = v A', where an entry of A takes all walks one step: their numbers lie together.
template <class Sparse>
void times_transposed(const FloatRows& v, const Sparse& a, FloatRows& out) {
  const FloatRows walks = v.transpose();
  const FloatRows result = a * walks;
  out = result.transpose();
}

}  // namespace

void LiveLayers::back(int k, const FloatRows& a, FloatRows& out) const {
  const Map& map = this->map(k);
  map.is_sparse ? times_transposed(a, map.sparse_back, out) : times(a, map.back, out);
}

void LiveLayers::on(int k, const FloatRows& x, FloatRows& out) const {
  const Map& map = this->map(k);
  map.is_sparse ? times_transposed(x, map.sparse_on, out) : times(x, map.on, out);
}

}  // namespace brink::search
