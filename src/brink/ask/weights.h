// Changes of inputs that count for more or less: sum w_j |d_j|, sqrt(sum (w_j d_j)^2), max w_j
// |d_j|, or in L0 the sum of w_j over the inputs that differ.
#pragma once

#include <functional>

#include "brink/ask/closest.h"

namespace brink {

/// An engine that knows no weights but the whole numbers of L0. The distances that it is asked for
/// are in units of `unit`.
using PlainEngine = std::function<ClosestAnswer(const Network&, const ClosestQuestion&,
                                                const Eigen::VectorXd& image, double unit)>;

/// Asks the engine about inputs measured in units of 1 / w_j, or in L0 about whole weights, and
/// gives its answer in the question's own: image, distance (recomputed), bounds. Without weights
/// the question is asked as it is.
ClosestAnswer with_weights(const Network& network, const ClosestQuestion& question,
                           const Eigen::VectorXd& image, int label, const PlainEngine& engine);

/// Network, question and image that say the same without weights, but for whole costs in L0.
struct Unweighted {
  Network network;
  ClosestQuestion question;
  Eigen::VectorXd image;
  double unit = 1;  ///< of distances
};
Unweighted unweighted(const Network& network, const ClosestQuestion& question,
                      const Eigen::VectorXd& image);

}  // namespace brink
