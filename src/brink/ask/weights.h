// Changes of inputs that count for more or less: sum w_j |d_j|, sqrt(sum (w_j d_j)^2), max w_j
// |d_j|.
#pragma once

#include <functional>

#include "brink/ask/closest.h"

namespace brink {

/// Asks `unweighted`, an engine, about inputs measured in units of 1 / w_j, and gives its answer in
/// the question's own: image, distance (recomputed), bounds. The question has weights.
ClosestAnswer with_weights(
    const Network& network, const ClosestQuestion& question, const Eigen::VectorXd& image,
    int label,
    const std::function<ClosestAnswer(const Network&, const ClosestQuestion&,
                                      const Eigen::VectorXd& image)>& unweighted);

}  // namespace brink
