// A small dense linear program, in long double, that proves its own answer.
//
//     min sum_g t_g   s.t.  t_g >= q_i v + r_i  (piece i of group g),  t >= 0,
//                           G v >= h,  lo <= v <= hi
//
// All that the oracle needs is of this form: a norm is a sum of largest values of affine pieces,
// the violation of constraints is one, and so is the gap below an upper bound.
//
// Method: with w = v - lo >= 0 the program is min c u, A u >= b, u = (w, t) >= 0 with c >= 0. Its
// dual, max b l, A^T l <= c, l >= 0, starts feasible at l = 0 and has a row per column of u, few,
// so the tableau simplex runs on that one (Bland's rule once it lingers). Nothing of it is
// believed: u and l are put back into the original data, and unless both are feasible and their
// values agree to 1e-12, another order of pivots is tried and then
// minimise throws. No code is shared with brink's own linear programming.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

namespace brink::oracle {

using Real = long double;
using Vector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;
using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

/// lo <= v <= hi and normal_i v >= rhs_i.
struct Polytope {
  Vector lo, hi;
  std::vector<Vector> normals;
  std::vector<Real> rhs;

  Eigen::Index size() const { return lo.size(); }
  void require(Vector normal, Real bound) {  ///< normal v >= bound
    normals.push_back(std::move(normal));
    rhs.push_back(bound);
  }
};

struct Piece {
  int group = 0;
  Vector slope;
  Real constant = 0;
};

struct LpPoint {
  Real value = 0;
  Vector v;
};

/// Empty: the polytope is empty (proven by a ray of the dual, checked to 1e-12). Throws
/// std::runtime_error when neither an optimum nor emptiness can be proven to that accuracy.
std::optional<LpPoint> minimise(const Polytope& polytope, const std::vector<Piece>& pieces,
                                int groups);

/// The least t with normal_i v >= rhs_i - t for some v in the box; <= 0 never happens: 0 if
/// feasible.
Real least_violation(const Polytope& polytope);

}  // namespace brink::oracle
