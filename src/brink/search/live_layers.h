// The part of a network that an ascent moves (slope_ascent.h), in single precision: what it finds
// is a guess, and prove() says what it is worth.
//
// Where a phase is settled inactive a neuron takes part only through a multiplier of its own bound,
// which few have: at 500 neurons a node's live part has a third of the weights. Half the bytes and
// twice the lanes of double precision do the rest.
#pragma once

#include <Eigen/SparseCore>
#include <cstdint>
#include <vector>

#include "brink/search/problem.h"

namespace brink::search {

using FloatRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

class LiveLayers {
 public:
  /// neurons[k - 1]: those of layer k, by their place in it, ascending. It refers to the problem.
  LiveLayers(const Problem& problem, std::vector<std::vector<int>> neurons);

  /// Are all of these among its neurons, and not much fewer?
  bool hold(const std::vector<std::vector<int>>& neurons) const;
  int layers() const { return static_cast<int>(neurons_.size()); }
  const std::vector<int>& neurons(int k) const { return neurons_[static_cast<std::size_t>(k - 1)]; }
  /// y^1 at the image, or the bias of layer k > 1.
  const Eigen::RowVectorXf& constants(int k) const { return map(k).constants; }
  /// Of the last layer: a row's entry for each neuron.
  const FloatRows& rows() const { return rows_; }

  /// Of layer 1, neuron j of the live ones, if it is dense.
  const float* first_row(Eigen::Index j) const { return map(1).back.row(j).data(); }

  /// Rows of many walks at once: out = a W^k, out = x W^k'. k = 1 has all inputs.
  void back(int k, const FloatRows& a, FloatRows& out) const;
  void on(int k, const FloatRows& x, FloatRows& out) const;
  /// Weights of a walk there and back.
  std::int64_t weights() const { return weights_; }

 private:
  using Sparse = Eigen::SparseMatrix<float, Eigen::RowMajor>;
  struct Map {
    bool is_sparse = false;
    FloatRows back, on;             ///< W and W', if it is not
    Sparse sparse_back, sparse_on;  ///< W' and W, if it is
    Eigen::RowVectorXf constants;
  };
  const Map& map(int k) const { return maps_[static_cast<std::size_t>(k - 1)]; }
  Map gather(const Problem& problem, int k) const;

  std::vector<std::vector<int>> neurons_;
  std::vector<Map> maps_;
  FloatRows rows_;
  std::int64_t weights_ = 0;
};

}  // namespace brink::search
