#include "tiny_lp.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace brink::oracle {

namespace {

constexpr Real kPivot = 1e-14L;     // smaller entries of a row-scaled tableau are zero
constexpr Real kTie = 1e-17L;       // ratios closer than this are equal
constexpr Real kAccuracy = 1e-12L;  // what a certificate has to show

/// min c u, A u >= b, u >= 0; every row of [A b] scaled to largest coefficient 1.
struct Standard {
  Matrix a;
  Vector b, c;
};

Standard standard_form(const Polytope& p, const std::vector<Piece>& pieces, int groups) {
  const Eigen::Index n = p.size(), rows = static_cast<Eigen::Index>(p.rhs.size()),
                     count = static_cast<Eigen::Index>(pieces.size());
  Standard s{Matrix::Zero(rows + count + n, n + groups), Vector(rows + count + n),
             Vector::Zero(n + groups)};
  s.c.tail(groups).setOnes();
  for (Eigen::Index i = 0; i < rows; ++i) {
    const Vector& normal = p.normals[static_cast<std::size_t>(i)];
    s.a.row(i).head(n) = normal.transpose();
    s.b(i) = p.rhs[static_cast<std::size_t>(i)] - normal.dot(p.lo);
  }
  for (Eigen::Index i = 0; i < count; ++i) {
    const Piece& piece = pieces[static_cast<std::size_t>(i)];
    s.a.row(rows + i).head(n) = -piece.slope.transpose();
    s.a(rows + i, n + piece.group) = 1;
    s.b(rows + i) = piece.constant + piece.slope.dot(p.lo);
  }
  for (Eigen::Index j = 0; j < n; ++j) {
    s.a(rows + count + j, j) = -1;
    s.b(rows + count + j) = p.lo(j) - p.hi(j);
  }
  for (Eigen::Index i = 0; i < s.a.rows(); ++i) {
    const Real largest = s.a.row(i).cwiseAbs().maxCoeff();
    if (largest == 0) continue;
    s.a.row(i) /= largest;
    s.b(i) /= largest;
  }
  return s;
}

/// The dual's simplex tableau: rows A^T l + slack = c, bottom row b (to be maximised).
class DualSimplex {
 public:
  /// `dantzig`: so many pivots on the steepest column before Bland's rule.
  DualSimplex(const Standard& s, int dantzig)
      : dantzig_(dantzig),
        rows_(s.a.cols()),
        multipliers_(s.a.rows()),
        t_(rows_ + 1, multipliers_ + rows_ + 1) {
    t_.setZero();
    t_.topLeftCorner(rows_, multipliers_) = s.a.transpose();
    t_.block(0, multipliers_, rows_, rows_).setIdentity();
    t_.col(t_.cols() - 1).head(rows_) = s.c;
    t_.row(rows_).head(multipliers_) = s.b.transpose();
    for (Eigen::Index i = 0; i < rows_; ++i) basis_.push_back(multipliers_ + i);
  }

  /// The column along which the dual grows for ever (the primal is empty), or -1 at an optimum.
  Eigen::Index run() {
    for (int pivots = 0; pivots < 5000; ++pivots) {
      const bool bland = pivots >= dantzig_;
      const Eigen::Index column = entering(bland);
      if (column < 0) return -1;
      const Eigen::Index row = leaving(column, bland);
      if (row < 0) return column;
      pivot(row, column);
    }
    throw std::runtime_error("tiny LP: too many pivots");
  }

  Vector multipliers() const {
    Vector l = Vector::Zero(multipliers_);
    for (Eigen::Index i = 0; i < rows_; ++i) {
      if (at(basis_, i) < multipliers_) l(at(basis_, i)) = t_(i, t_.cols() - 1);
    }
    return l;
  }

  /// Direction of growth when `column` enters: l >= 0, A^T l <= 0, b l > 0.
  Vector ray(Eigen::Index column) const {
    Vector l = Vector::Zero(multipliers_);
    if (column < multipliers_) l(column) = 1;
    for (Eigen::Index i = 0; i < rows_; ++i) {
      if (at(basis_, i) < multipliers_) l(at(basis_, i)) = std::max<Real>(0, -t_(i, column));
    }
    return l;
  }

  /// u: what the bottom row says below the slacks.
  Vector primal() const {
    return (-t_.row(rows_).segment(multipliers_, rows_)).cwiseMax(Real(0)).transpose();
  }

 private:
  static Eigen::Index at(const std::vector<Eigen::Index>& v, Eigen::Index i) {
    return v[static_cast<std::size_t>(i)];
  }

  Eigen::Index entering(bool bland) const {
    Eigen::Index best = -1;
    Real gain = kPivot;
    for (Eigen::Index j = 0; j + 1 < t_.cols(); ++j) {
      if (t_(rows_, j) <= gain) continue;
      best = j;
      if (bland) break;
      gain = t_(rows_, j);
    }
    return best;
  }

  /// Among tied rows the largest pivot, for accuracy; by Bland's rule the least index, to end.
  Eigen::Index leaving(Eigen::Index column, bool bland) const {
    Eigen::Index best = -1;
    Real least = 0;
    for (Eigen::Index i = 0; i < rows_; ++i) {
      if (t_(i, column) <= kPivot) continue;
      const Real ratio = std::max<Real>(0, t_(i, t_.cols() - 1)) / t_(i, column);
      const bool tie = best >= 0 && std::fabs(ratio - least) <= kTie;
      const bool preferred =
          tie && (bland ? at(basis_, i) < at(basis_, best) : t_(i, column) > t_(best, column));
      if (best < 0 || preferred || (!tie && ratio < least)) {
        best = i;
        least = ratio;
      }
    }
    return best;
  }

  void pivot(Eigen::Index row, Eigen::Index column) {
    t_.row(row) /= t_(row, column);
    for (Eigen::Index i = 0; i <= rows_; ++i) {
      const Real factor = t_(i, column);
      if (i == row || factor == 0) continue;
      t_.row(i) -= factor * t_.row(row);
      t_(i, column) = 0;
    }
    basis_[static_cast<std::size_t>(row)] = column;
  }

  int dantzig_;
  Eigen::Index rows_, multipliers_;
  Matrix t_;
  std::vector<Eigen::Index> basis_;
};

bool proves_empty(const Standard& s, Vector ray) {
  ray /= ray.sum();
  return (s.a.transpose() * ray).maxCoeff() <= kAccuracy && s.b.dot(ray) > 0;
}

bool proves_optimal(const Standard& s, const Vector& u, const Vector& l) {
  const Real value = s.c.dot(u), scale = std::max<Real>(1, std::fabs(value));
  return (s.b - s.a * u).maxCoeff() <= kAccuracy &&
         (s.a.transpose() * l - s.c).maxCoeff() <= kAccuracy && l.minCoeff() >= -kAccuracy &&
         std::fabs(value - s.b.dot(l)) <= kAccuracy * scale;
}

/// u, or nothing when the program is empty; false when this path of pivots proved neither.
bool solve(const Standard& s, int dantzig, std::optional<Vector>& u) {
  DualSimplex simplex(s, dantzig);
  const Eigen::Index unbounded = simplex.run();
  if (unbounded >= 0) {
    u.reset();
    return proves_empty(s, simplex.ray(unbounded));
  }
  u = simplex.primal();
  return proves_optimal(s, *u, simplex.multipliers());
}

}  // namespace

std::optional<LpPoint> minimise(const Polytope& polytope, const std::vector<Piece>& pieces,
                                int groups) {
  if ((polytope.lo.array() > polytope.hi.array()).any()) return std::nullopt;
  const Standard s = standard_form(polytope, pieces, groups);
  // One small pivot can cost the digits that a proof needs; another path rarely meets it too.
  std::optional<Vector> u;
  for (const int dantzig : {200, 0, 3, 10}) {
    if (!solve(s, dantzig, u)) continue;
    if (!u) return std::nullopt;
    return LpPoint{s.c.dot(*u), polytope.lo + u->head(polytope.size())};
  }
  throw std::runtime_error("tiny LP: neither an optimum nor emptiness could be proven");
}

Real least_violation(const Polytope& polytope) {
  Polytope box{polytope.lo, polytope.hi, {}, {}};
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < polytope.rhs.size(); ++i) {
    pieces.push_back({0, -polytope.normals[i], polytope.rhs[i]});
  }
  return minimise(box, pieces, 1)->value;
}

}  // namespace brink::oracle
