// What a layer hands on beside its ReLUs.
#pragma once

#include "brink/graph/matrix.h"

namespace brink::graph {

/// M = use * carried: M says what later layers need of a layer's inputs, a row for each of their
/// units; carried are linear units of the layer, as few as columns or rows of M let there be.
struct Carry {
  SparseRows use, carried;
};

/// `groups`: first row of each consumer in `needed`, ascending, and the end. Columns that are equal
/// or opposite are carried as one sum; and where a consumer has fewer rows than that takes, its
/// rows are carried themselves.
Carry carry(const SparseRows& needed, const Selection& groups);

}  // namespace brink::graph
