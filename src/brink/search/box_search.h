// A search that divides the inputs: for networks of which few inputs vary.
#pragma once

#include "brink/search/unsafe.h"

namespace brink::search {

/// search_unsafe(), whatever the inputs.
UnsafeResult search_boxes(const Network& network, const UnsafeQuestion& question,
                          const Deadline& deadline, const UnsafeOptions& options);

/// What bounds over whole boxes leave, nothing divided: the sets that are not excluded, by number,
/// and UnsafeResult::excess.
struct OpenSets {
  std::vector<int> sets;
  double excess = 0;
};
OpenSets bound_whole_boxes(const Network& network, const UnsafeQuestion& question,
                           const Deadline& deadline, const UnsafeOptions& options);

}  // namespace brink::search
