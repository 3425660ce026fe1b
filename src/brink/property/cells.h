// A query as sets of inputs to be searched: boxes, and the rows that are left in each.
#pragma once

#include "brink/base/box.h"
#include "brink/property/property.h"

namespace brink {

/// number / divisor, divisor > 0.
struct BoundSide {
  Decimal number, divisor{1};
  bool strict = false;
  bool known = false;
};

/// The box of one disjunct, exactly.
struct InputBox {
  std::vector<BoundSide> lower, upper;

  /// The least box of doubles around it.
  Box around() const;
  /// The float32 number nearest to x that lies within side `input`, in strict ones too. Where none
  /// does (an input fixed at a decimal that is no float32 number), a double within, and where there
  /// is not even that, the nearest to the lower side.
  double inside(int input, double x) const;
};

struct Cell {
  int box = 0;       ///< its number in Cells::boxes
  Conjunction rows;  ///< that are no bound of one input
};

struct Cells {
  std::vector<InputBox> boxes;
  std::vector<Cell> cells;  ///< those of one box together; none: no input meets the bounds
};

/// Of the numbers of a query the first `inputs` are inputs. Disjuncts whose bounds contradict each
/// other are left out. Error (bad_request): an input without a bound, by its name.
Expected<Cells> cells_of(const Query& query, int inputs);

}  // namespace brink
