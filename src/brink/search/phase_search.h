// A search that divides the phases of neurons: for properties of networks of which many inputs
// vary.
#pragma once

#include "brink/search/unsafe.h"

namespace brink::search {

/// search_unsafe(), whatever the inputs.
UnsafeResult search_phases(const Network& network, const UnsafeQuestion& question,
                           const Deadline& deadline, const UnsafeOptions& options);

}  // namespace brink::search
