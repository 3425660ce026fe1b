// The networks that are given for those that a query declares.
#pragma once

#include <string>
#include <vector>

#include "brink/property/property.h"

namespace brink {

/// For each declared network, in order, which of the `given` ones it is: the one of its name or,
/// where none is and it is declared equal to another, that one's. VNN-LIB 1.0, whose network has no
/// name, takes any. Errors (bad_request): a given name is not declared; nothing is given for a
/// network.
Expected<std::vector<std::size_t>> networks_given(const Query& query,
                                                  const std::vector<std::string>& given);

/// Errors (bad_request): of other types than real numbers or float32, of which verify() speaks.
Expected<void> check_types(const Query& query);

}  // namespace brink
