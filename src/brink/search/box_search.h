// A search that divides the inputs: for networks of which few inputs vary.
#pragma once

#include "brink/search/unsafe.h"

namespace brink::search {

/// search_unsafe(), whatever the inputs.
UnsafeResult search_boxes(const Network& network, const UnsafeQuestion& question,
                          const Deadline& deadline, const UnsafeOptions& options);

}  // namespace brink::search
