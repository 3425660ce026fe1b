#include "brink/network/learner.h"

namespace brink {

void cross_entropy_slopes(const Eigen::MatrixXf& logits, std::span<const int> labels,
                          Eigen::MatrixXf& slopes) {
  slopes = (logits.rowwise() - logits.colwise().maxCoeff()).array().exp();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto slope = slopes.col(static_cast<Eigen::Index>(i));
    slope /= slope.sum();
    slope(labels[i]) -= 1;
  }
}

int count_right(const Eigen::MatrixXf& logits, const Examples& examples,
                std::span<const int> batch) {
  int right = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto y = logits.col(static_cast<Eigen::Index>(i));
    const int label = examples.label(batch[i]);
    if (label < y.size() && (y.array() >= y(label)).count() == 1) ++right;
  }
  return right;
}

}  // namespace brink
