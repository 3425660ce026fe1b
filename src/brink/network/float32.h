// What becomes of an answer where it is used: a forward pass in single precision.
//
// Runtimes evaluate networks in float32, each summing in an order of its own. A point on the
// boundary between two classes, exact in double precision, is then taken for either. The doubt
// here bounds how far y_t - y_j can be off by that, whatever the order (float32.cpp).
#pragma once

#include "brink/network/network.h"

namespace brink {

/// A Softmax or a Sigmoid in float32 after the network, in outputs y: exp, sum and quotient round
/// to 2^-24 each, so probabilities can be equal where outputs differ by a few of these.
inline constexpr double kEndingDoubt = 1e-6;

/// x^K at x in float32, plainly: inputs and weights rounded to float32, sums from left to right.
Eigen::VectorXf outputs_float32(const Network& network, const Eigen::VectorXd& x);

/// That pass takes x for `target`: its output is strictly the largest.
bool fools_float32(const Network& network, const Eigen::VectorXd& x, int target);

/// Bound on the error of y_t - y_j in float32 at x, the largest over j; of a relu output, and where
/// there is one output only, on that of y_t too. Inputs and weights may be rounded to float32
/// first, sums be taken in any order, with or without fused multiply-add.
double float32_doubt(const Network& network, const Eigen::VectorXd& x, int target);

/// Every such pass takes x for `target`: each y_t - y_j (of a relu output y_t too) exceeds its
/// doubt. Where there is one output only: every such pass has it on the same side of `threshold`.
/// Each exceeds it by `more`, what an ending outside of the network takes away.
bool survives_float32(const Network& network, const Eigen::VectorXd& x, int target,
                      double threshold = 0, double more = 0);

}  // namespace brink
