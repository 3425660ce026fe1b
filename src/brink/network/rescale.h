// The same network with every neuron measured in a unit of its own, a power of two.
//
//     y'_j^k = 2^{e_j^k} y_j^k,   W'^k = 2^{e^k} W^k 2^{-e^{k-1}},   b'^k = 2^{e^k} b^k
//
// and the inputs in a common one, 2^{e^0}. max(0, 2^e y) = 2^e max(0, y), so the classes, the
// phases and every distance stay what they are, and a power of two changes no digit: the forward
// pass gives 2^e times the same numbers. Weights of any size thus reach programs and searches,
// whose tolerances are absolute, near 1.
#pragma once

#include <optional>
#include <vector>

#include "brink/network/network.h"

namespace brink {

/// [k - 1][j] for k = 1..K, as in Bounds. A question that compares outputs needs one exponent for
/// all of them.
using Exponents = std::vector<std::vector<int>>;

/// `inputs`: the exponent of all inputs. Nothing if a number would overflow or lose digits.
std::optional<Network> rescaled(const Network& network, const Exponents& exponents, int inputs = 0);

}  // namespace brink
