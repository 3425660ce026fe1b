// Values that depend on the network's input, as affine functions of its units.
//     v = sum over blocks b of A_b u_b + c
// Block 0 are the network's inputs; each operator that is not linear adds a block (units.h).
//
// Composing them rounds: v is what double precision makes of what the file says. How far that may
// be off is kept beside it, so that what is proven of v holds for the file's graph over the reals.
// Constants of a file, and what is computed from constants alone, are taken as double precision has
// them.
#pragma once

#include <map>

#include "brink/graph/matrix.h"

namespace brink::graph {

struct Affine {
  std::map<int, Matrix> terms;  ///< by block
  Eigen::VectorXd constant;     ///< c

  /// With M the largest of 1 and all |inputs| and |ReLU units|: |v_i| <= size_i M, and the file's
  /// own value is within doubt_i M of v_i. Empty: size is the row's sum of |A| and |c|; nothing was
  /// rounded.
  Eigen::VectorXd sizes = {}, doubt = {};

  Eigen::Index size() const { return constant.size(); }
  /// The units of one block themselves: that block, or -1.
  int bare() const;
  /// The same function, whatever its doubt.
  bool operator==(const Affine& other) const;
};

/// Sizes that are not empty.
Eigen::VectorXd sizes_of(const Affine& v);

/// Errors of what a function is made of, in units of one rounding, relative to its entries; and of
/// its shift, the sizes of what that was computed from.
struct Rounded {
  double map = 0;
  Eigen::VectorXd shift = {};  ///< empty: the shift is exact
};

Affine constant(Eigen::VectorXd c);
/// map(v) + shift.
Affine mapped(const Affine& v, const Matrix& map, const Eigen::VectorXd& shift,
              const Rounded& rounded = {});
/// scale * v + shift by elements.
Affine scaled(const Affine& v, const Eigen::VectorXd& scale, const Eigen::VectorXd& shift,
              const Rounded& rounded = {});
/// Elements of v; `fill` where there is none.
Affine selected(const Affine& v, const Selection& from, double fill = 0);
Affine operator+(const Affine& a, const Affine& b);
Affine operator-(const Affine& a, const Affine& b);
/// Elements of several values: element i of parts[k] becomes element places[k][i] of `size`.
Affine joined(const std::vector<Affine>& parts, const std::vector<Selection>& places,
              Eigen::Index size);

}  // namespace brink::graph
