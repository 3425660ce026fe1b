// Heuristics, trees and ladders of all regions behind one answer.
#pragma once

#include "brink/search/closest_search.h"

namespace brink::search {

/// search_closest(), in the units that it is given.
ClosestResult search_regions(const Network& network, const ClosestQuestion& question,
                             const std::vector<OutputRegion>& regions, const Eigen::VectorXd& image,
                             const Deadline& deadline, const ClosestOptions& options);

}  // namespace brink::search
