// The point of a polytope nearest to the origin, in long double, that proves its own answer.
//
//     min |v|_2   s.t.  G v >= h,  lo <= v <= hi
//
// Least distance programming by way of non-negative least squares (Lawson & Hanson 1974, chapters
// 23.3 and 23.4): with E = [G^T; h^T], f = (0, .., 0, 1) and u the solution of min |E u - f|, u >=
// 0, the residual r = E u - f gives v = -r_{1..n} / r_{n+1}. The multipliers u / -r_{n+1} are dual
// feasible, so the duality gap is checked on the original data: it must be below 1e-12.
#pragma once

#include "tiny_lp.h"

namespace brink::oracle {

/// The polytope must not be empty. Throws std::runtime_error when optimality cannot be proven.
Vector nearest_to_origin(const Polytope& polytope);

}  // namespace brink::oracle
