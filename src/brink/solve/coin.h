// Programs as COIN-OR's libraries take them.
#pragma once

#include <coin/CoinPackedMatrix.hpp>
#include <vector>

#include "brink/program/program.h"

namespace brink::coin {

struct Arrays {
  CoinPackedMatrix matrix;  ///< by columns
  std::vector<double> lower, upper, cost, row_lower, row_upper;
};
Arrays arrays_of(const Program& program);

/// COIN's infinity is a number.
double bound(double value);

}  // namespace brink::coin
