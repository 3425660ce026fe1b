// A query's witness as text, as the standard has it.
#pragma once

#include <span>
#include <string>

#include "brink/property/property.h"

namespace brink {

/// `values` of all numbers of the query. In the format of VNN-LIB 1.0 a network has X_0, X_1, ...,
/// Y_0, ..., whatever the query calls them; in that of 2.0 each variable has its declaration, then
/// a value a line.
std::string witness_text(const Query& query, std::span<const double> values, int version);

}  // namespace brink
