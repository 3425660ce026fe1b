#include "brink/network/examples.h"

#include <algorithm>

namespace brink {

void Examples::add(const Eigen::VectorXd& x, int label) {
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    const auto value = static_cast<float>(x(j));
    if (value == 0) continue;
    positions_.push_back(static_cast<std::int32_t>(j));
    values_.push_back(value);
  }
  finish_example(label);
}

void Examples::add(const Examples& others) {
  for (int i = 0; i < others.count(); ++i) {
    const auto positions = others.positions(i);
    const auto values = others.values(i);
    positions_.insert(positions_.end(), positions.begin(), positions.end());
    values_.insert(values_.end(), values.begin(), values.end());
    finish_example(others.label(i));
  }
}

DenseBatch Examples::dense(std::span<const int> which) const {
  DenseBatch batch;
  batch.inputs.setZero(input_size_, static_cast<Eigen::Index>(which.size()));
  for (std::size_t i = 0; i < which.size(); ++i) {
    const auto at = positions(which[i]);
    const auto value = values(which[i]);
    auto x = batch.inputs.col(static_cast<Eigen::Index>(i));
    for (std::size_t p = 0; p < at.size(); ++p) x(at[p]) = value[p];
    batch.labels.push_back(label(which[i]));
  }
  return batch;
}

void Examples::finish_example(int label) {
  starts_.push_back(values_.size());
  labels_.push_back(label);
  classes_ = std::max(classes_, label + 1);
}

}  // namespace brink
