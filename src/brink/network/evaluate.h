// How often a network is right, and what it takes each class for.
#pragma once

#include <Eigen/Core>
#include <functional>

#include "brink/network/network.h"

namespace brink {

struct Evaluation {
  /// Row: the label; column: the class whose output is strictly largest, and in the last column
  /// images for which no output is. Rows: the classes, or more if there are labels beyond them.
  Eigen::MatrixXi confusion;

  int count() const { return confusion.sum(); }
  int right() const { return confusion.diagonal().sum(); }
  double accuracy() const { return count() == 0 ? 0 : static_cast<double>(right()) / count(); }
};

/// The forward pass (`classify`) on images 0 ... count - 1; `image(i)` in R^{n_0} and `label(i)`
/// >= 0 are called from several threads at once. Labels may go beyond the network's classes: those
/// images are never right.
Evaluation evaluate(const Network& network, int count,
                    const std::function<Eigen::VectorXd(int)>& image,
                    const std::function<int(int)>& label, int threads);

}  // namespace brink
