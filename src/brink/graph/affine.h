// Values that depend on the network's input, as affine functions of its units.
//     v = sum over blocks b of A_b u_b + c
// Block 0 are the network's inputs; each operator that is not linear adds a block (units.h).
#pragma once

#include <map>

#include "brink/graph/matrix.h"

namespace brink::graph {

struct Affine {
  std::map<int, Matrix> terms;  ///< by block
  Eigen::VectorXd constant;     ///< c

  Eigen::Index size() const { return constant.size(); }
  /// The units of one block themselves: that block, or -1.
  int bare() const;
  bool operator==(const Affine& other) const;
};

Affine constant(Eigen::VectorXd c);
/// map(v) + shift.
Affine mapped(const Affine& v, const Matrix& map, const Eigen::VectorXd& shift);
/// scale * v + shift by elements.
Affine scaled(const Affine& v, const Eigen::VectorXd& scale, const Eigen::VectorXd& shift);
/// Elements of v; `fill` where there is none.
Affine selected(const Affine& v, const Selection& from, double fill = 0);
Affine operator+(const Affine& a, const Affine& b);
Affine operator-(const Affine& a, const Affine& b);
/// Elements of several values: element i of parts[k] becomes element places[k][i] of `size`.
Affine joined(const std::vector<Affine>& parts, const std::vector<Selection>& places,
              Eigen::Index size);

}  // namespace brink::graph
