// Bounds of the same network in other units (network/rescale.h).
#pragma once

#include "brink/bounds/bounds.h"
#include "brink/network/rescale.h"

namespace brink {

/// `network`: rescaled by the exponents, whose hash the result carries.
Bounds rescaled(const Bounds& bounds, const Network& network, const Exponents& exponents);

}  // namespace brink
