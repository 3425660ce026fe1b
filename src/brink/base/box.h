// A box of inputs, lower <= x <= upper.
#pragma once

#include <Eigen/Core>

namespace brink {

struct Box {
  Eigen::VectorXd lower;
  Eigen::VectorXd upper;  ///< same size; lower <= upper, all finite

  static Box uniform(Eigen::Index size, double low, double high) {
    return {Eigen::VectorXd::Constant(size, low), Eigen::VectorXd::Constant(size, high)};
  }
  Eigen::Index size() const { return lower.size(); }
  bool contains(const Eigen::VectorXd& x) const {
    return (x.array() >= lower.array()).all() && (x.array() <= upper.array()).all();
  }
  bool operator==(const Box& other) const { return lower == other.lower && upper == other.upper; }
};

}  // namespace brink
