// What rows that are linear in the inputs say of a box of them.
#pragma once

#include "brink/base/box.h"
#include "brink/search/problem.h"

namespace brink::search {

/// value(x) <= a x + c for all x of a box, one a row.
struct InputForms {
  RowMatrix a;
  Eigen::VectorXd c;  ///< rounding included
};

/// Proven: no x of the box has a x + c >= 0 in all rows. Multipliers are sought by a few steps.
bool excludes(const InputForms& forms, const Box& box);

/// No x of the box has a larger least value of a x + c.
double least_highest(const InputForms& forms, const Box& box);

/// Cuts the box to what the rows leave of it; false: nothing.
bool clip(const InputForms& forms, Box& box);

}  // namespace brink::search
