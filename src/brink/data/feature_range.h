// What the numbers of a data set range over: the box of inputs if none is given.
#pragma once

#include "brink/data/dataset.h"

namespace brink {

/// Of a table each feature's least and greatest value. Of pictures [0, 1] if every number lies
/// within, else least and greatest of all numbers.
Box range_of(const Dataset& set);

}  // namespace brink
