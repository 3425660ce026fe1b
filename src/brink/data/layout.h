// A set's numbers in the order in which a network takes them.
#pragma once

#include <cstdint>
#include <vector>

#include "brink/data/dataset.h"

namespace brink {

/// `shape`: of the network's input, a batch of 1 in front. Where both shapes have the same extents
/// in the same order the set stays as it is; channels in front of rows and columns are moved behind
/// them, or the reverse; rows of numbers without names become pictures of the network's shape. A
/// network of one axis takes any set in the order it is kept. Errors name both shapes: other
/// numbers of inputs, and the same extents in another order.
Expected<Dataset> laid_out(Dataset set, const std::vector<std::int64_t>& shape);

/// Of three extents whether the last are the channels: it is 1 or 3 where the first is neither, or
/// 4 where the first is none of these.
bool channels_are_last(std::int64_t first, std::int64_t last);

/// The same pictures with channels in front of rows and columns if they were behind, or the
/// reverse.
Dataset with_channels_moved(Dataset set);

/// The same numbers with the first extent taken for channels if the last was, or the reverse.
Dataset with_other_channels(Dataset set);

}  // namespace brink
