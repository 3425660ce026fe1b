// Rows of many walks through a layer at once.
#pragma once

#include "brink/network/linear_map.h"
#include "brink/search/problem.h"

namespace brink::search {

/// out = A W: a row of A is of the layer's values, one of `out` of the values before it.
void walk_back(const LinearMap& weights, const RowMatrix& a, RowMatrix& out);

/// out = X W': the other way.
void walk_on(const LinearMap& weights, const RowMatrix& x, RowMatrix& out);

}  // namespace brink::search
