// Bounds of the same network in other units (network/rescale.h), and the units that they suggest.
#pragma once

#include <optional>
#include <string>

#include "brink/bounds/bounds.h"
#include "brink/network/rescale.h"

namespace brink {

/// `hash`: of the rescaled network, which the result belongs to.
Bounds rescaled(Bounds bounds, const Exponents& exponents, std::string hash);
/// `network`: rescaled by the exponents.
Bounds rescaled(const Bounds& bounds, const Network& network, const Exponents& exponents);

/// Units in which the largest activation, U, of a hidden neuron lies in [1, 2), or -L up to 1024
/// where that is more uneven, or the larger of |L| and |U| where the sign is known, and of outputs.
/// `one_for_outputs`: the largest of all outputs decides for them all, as questions that compare
/// them need it.
Exponents own_units(const Bounds& bounds, bool one_for_outputs);

/// Back from where `exponents` led.
Exponents inverse(Exponents exponents);

/// The unit in which a search looks for the extreme of a neuron whose own unit is `own`. Searches
/// stop at a gap that is relative above 1 and absolute below: so sizes of 1000 and more, the
/// neuron's as they are if they are above, but no more than 1e12.
int search_unit(int own);

/// A network and bounds on it in the units that the bounds suggest.
struct InOwnUnits {
  Exponents exponents;  ///< all 0 where rescaling would overflow or lose digits
  Network network;
  Bounds bounds;
};
InOwnUnits in_own_units(const Network& network, const Bounds& bounds, bool one_for_outputs);

}  // namespace brink
