// Numbers as printed in tables: 9 significant digits, rounded to the side that keeps a claim true.
#pragma once

#include <string>

namespace brink {

/// The smallest number of 9 significant digits that is not below `value` (finite): distances found,
/// upper bounds.
std::string decimal_up(double value);

/// The largest that is not above: lower bounds, activations found.
std::string decimal_down(double value);

}  // namespace brink
