// A network whose weights cancel to all but their last digits, which are known all the same.
#pragma once

#include <cmath>

#include "brink/base/box.h"
#include "brink/network/network.h"

namespace brink::search {

/// Of a pixel p in [0, 1], outputs slope * level and M h_0 - M' h_1 + const = slope p, both neurons
/// always active. The weights on the pixel cancel, and fma knows what is left.
struct CancellingOutputs {
  CancellingOutputs(double size, double a, double level) {
    const double b = 1.57 - a, less = (size * a - 1) / b;
    const double one = size * a, two = less * b;
    slope = (one - two) + (std::fma(size, a, -one) - std::fma(less, b, -two));
    network.layers = {
        {Eigen::MatrixXd{{a}, {b}}, Eigen::Vector2d(1, 1)},
        {Eigen::MatrixXd{{0, 0}, {size, -less}}, Eigen::Vector2d(slope * level, less - size)}};
  }
  Eigen::VectorXd image() const { return Eigen::VectorXd::Zero(network.input_size()); }
  Box box() const { return Box::uniform(network.input_size(), 0, 1); }

  Network network;
  double slope = 0;  ///< the second output overtakes the first at p = level
};

}  // namespace brink::search
