#include "least_distance.h"

#include <Eigen/QR>
#include <cmath>
#include <stdexcept>

namespace brink::oracle {

namespace {

constexpr Real kDualityGap = 1e-12L;

/// G v >= h, the box's sides included, with |G_i| = 1; rows 0 v >= h_i are left to the caller.
struct Constraints {
  Matrix g;
  Vector h;
};

Constraints constraints_of(const Polytope& p) {
  const Eigen::Index n = p.size();
  std::vector<Vector> normals = p.normals;
  std::vector<Real> rhs = p.rhs;
  for (Eigen::Index j = 0; j < n; ++j) {
    normals.emplace_back(Vector::Unit(n, j));
    rhs.push_back(p.lo(j));
    normals.emplace_back(-Vector::Unit(n, j));
    rhs.push_back(-p.hi(j));
  }
  Constraints c{Matrix(static_cast<Eigen::Index>(rhs.size()), n), Vector(rhs.size())};
  Eigen::Index used = 0;
  for (std::size_t i = 0; i < rhs.size(); ++i) {
    const Real length = normals[i].norm();
    if (length == 0) continue;
    c.g.row(used) = normals[i].transpose() / length;
    c.h(used++) = rhs[i] / length;
  }
  c.g.conservativeResize(used, n);
  c.h.conservativeResize(used);
  return c;
}

/// Least squares on the columns in `passive`; the others stay 0.
Vector solve_passive(const Matrix& e, const Vector& f, const std::vector<bool>& passive) {
  std::vector<Eigen::Index> columns;
  for (Eigen::Index i = 0; i < e.cols(); ++i) {
    if (passive[static_cast<std::size_t>(i)]) columns.push_back(i);
  }
  Vector z = Vector::Zero(e.cols());
  if (columns.empty()) return z;
  const Matrix part = e(Eigen::all, columns);
  const Vector solution = part.colPivHouseholderQr().solve(f);
  for (std::size_t i = 0; i < columns.size(); ++i)
    z(columns[i]) = solution(static_cast<Eigen::Index>(i));
  return z;
}

/// The column whose entry lowers the residual fastest, or -1.
Eigen::Index steepest(const Vector& w, const std::vector<bool>& passive) {
  Eigen::Index best = -1;
  Real largest = 1e-16L;
  for (Eigen::Index i = 0; i < w.size(); ++i) {
    if (passive[static_cast<std::size_t>(i)] || w(i) <= largest) continue;
    largest = w(i);
    best = i;
  }
  return best;
}

/// Moves u towards z until a passive entry reaches zero; drops those that did.
void step_back(const Vector& z, std::vector<bool>& passive, Vector& u) {
  Real step = 1;
  for (Eigen::Index i = 0; i < u.size(); ++i) {
    if (passive[static_cast<std::size_t>(i)] && z(i) <= 0)
      step = std::min(step, u(i) / (u(i) - z(i)));
  }
  u += step * (z - u);
  for (Eigen::Index i = 0; i < u.size(); ++i) {
    if (!passive[static_cast<std::size_t>(i)] || u(i) > 1e-18L) continue;
    u(i) = 0;
    passive[static_cast<std::size_t>(i)] = false;
  }
}

/// min |E u - f|, u >= 0 (Lawson & Hanson, algorithm NNLS).
Vector nonnegative_least_squares(const Matrix& e, const Vector& f) {
  Vector u = Vector::Zero(e.cols());
  std::vector<bool> passive(static_cast<std::size_t>(e.cols()), false);
  for (int rounds = 0; rounds < 1000; ++rounds) {
    const Eigen::Index entering = steepest(e.transpose() * (f - e * u), passive);
    if (entering < 0) return u;
    passive[static_cast<std::size_t>(entering)] = true;
    Vector z = solve_passive(e, f, passive);
    // Rounding may refuse the very column that was chosen: then there is nothing left to gain.
    if (z(entering) <= 0) return u;
    while ((z.array() <= 0 && u.array() > 0).any()) {
      step_back(z, passive, u);
      z = solve_passive(e, f, passive);
    }
    u = z;
  }
  throw std::runtime_error("least distance: too many rounds");
}

}  // namespace

Vector nearest_to_origin(const Polytope& polytope) {
  const Constraints c = constraints_of(polytope);
  const Eigen::Index n = polytope.size();
  Matrix e(n + 1, c.h.size());
  e.topRows(n) = c.g.transpose();
  e.row(n) = c.h.transpose();
  const Vector f = Vector::Unit(n + 1, n);
  const Vector u = nonnegative_least_squares(e, f).cwiseMax(Real(0));
  const Vector r = e * u - f;
  if (r(n) >= 0) throw std::runtime_error("least distance: the polytope seems empty");

  const Vector v = -r.head(n) / r(n), multipliers = u / -r(n);
  const Vector stationary = c.g.transpose() * multipliers;
  const Real primal = v.squaredNorm() / 2;
  const Real dual = c.h.dot(multipliers) - stationary.squaredNorm() / 2;
  if ((c.h - c.g * v).maxCoeff() > kDualityGap || std::fabs(primal - dual) > kDualityGap) {
    throw std::runtime_error("least distance: optimum without proof");
  }
  return v;
}

}  // namespace brink::oracle
