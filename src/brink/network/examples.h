// Labelled inputs for training, stored sparsely.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

namespace brink {

/// A mini-batch: an example per column, with its label.
struct DenseBatch {
  Eigen::MatrixXf inputs;  // n_0 x size
  std::vector<int> labels;
};

/// Inputs as pairs of position and value, zeros left out: four fifths of MNIST's pixels are zero,
/// and the first layer is where training spends its time. Values are rounded to float.
class Examples {
 public:
  /// `input_size`: n_0 >= 1.
  explicit Examples(int input_size) : input_size_(input_size) {}

  /// x in R^{n_0}, finite; label >= 0.
  void add(const Eigen::VectorXd& x, int label);
  void add(const Examples& others);

  int input_size() const { return input_size_; }
  int count() const { return static_cast<int>(labels_.size()); }
  int classes() const { return classes_; }  ///< largest label + 1
  int label(int i) const { return labels_[static_cast<std::size_t>(i)]; }

  /// The nonzero elements of example i: positions ascending, and a value for each.
  std::span<const std::int32_t> positions(int i) const { return slice(positions_, i); }
  std::span<const float> values(int i) const { return slice(values_, i); }

  DenseBatch dense(std::span<const int> which) const;

 private:
  template <class T>
  std::span<const T> slice(const std::vector<T>& all, int i) const {
    const std::size_t begin = starts_[static_cast<std::size_t>(i)];
    return std::span<const T>(all).subspan(begin, starts_[static_cast<std::size_t>(i) + 1] - begin);
  }
  void finish_example(int label);

  int input_size_;
  int classes_ = 0;
  std::vector<std::size_t> starts_ = {0};  // count() + 1
  std::vector<std::int32_t> positions_;
  std::vector<float> values_;
  std::vector<int> labels_;
};

}  // namespace brink
