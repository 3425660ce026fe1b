// Private to this folder: bounds of the neurons over the inputs that would be nearer than claimed.
#pragma once

#include <optional>

#include "brink/ask/mip_region.h"

namespace brink {

/// Bounds of the task's network over the points of the region whose objective is below `target`;
/// nothing if it is proven that there are none. `tangents`: of the true L2.
std::optional<Bounds> nearer_bounds(const RegionTask& task, const DistanceOptions& distance,
                                    double target, const Deadline& deadline);

}  // namespace brink
