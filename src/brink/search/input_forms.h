// What rows that are linear in the inputs say of a box of them.
#pragma once

#include <optional>

#include "brink/base/box.h"
#include "brink/search/problem.h"

namespace brink::search {

/// value(x) <= a x + c for all x of a box, one a row.
struct InputForms {
  RowMatrix a;
  Eigen::VectorXd c;  ///< rounding included
};

/// Multipliers >= 0 of rows that together prove: no x of the box has a x + c >= 0 in all of them,
/// sought by a few steps. Nothing: none were found.
std::optional<Eigen::VectorXd> excluding(const InputForms& forms, const Box& box);
/// Do these prove it, with `room` besides, of the size of what is summed?
bool excluded_by(const InputForms& forms, const Box& box, const Eigen::VectorXd& rho, double room);
inline bool excludes(const InputForms& forms, const Box& box) {
  return excluding(forms, box).has_value();
}

/// No x of the box has a larger least value of a x + c.
double least_highest(const InputForms& forms, const Box& box);

/// Cuts the box to what the rows leave of it; false: nothing.
bool clip(const InputForms& forms, Box& box);

}  // namespace brink::search
