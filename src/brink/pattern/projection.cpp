// Projection by a projected Newton method on the dual (Bertsekas 1982).
//
// With multipliers lambda >= 0 of the m rows, the Lagrangian's minimiser over the box is
//     x(lambda) = clip(origin + G^T lambda),
// and the dual g(lambda) = 1/2 |x - origin|^2 + lambda (h - G x) is concave, piecewise quadratic,
// with gradient h - G x(lambda) and curvature G D G^T, D marking the pixels off the box's sides.
// m is the number of neurons and classes (tens), so a step costs one small Cholesky, whatever the
// number of pixels; a handful of steps reaches rounding. Any lambda proves a bound.
// In an empty polytope the dual has no end, so a caller that knows how far is too far says so.
// Where many pixels are at their sides the dual is linear along some directions and the method may
// stop short: least distance programming by active sets (least_distance.h) finishes those.
// Dropped: tangent planes in an LP (ten times slower, six digits), coordinate ascent (slow when
// rows are nearly parallel, as those of neighbouring neurons are).
#include "brink/pattern/projection.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "brink/pattern/least_distance.h"

namespace brink {

namespace {

constexpr int kMaxSteps = 300;
/// Of the curvature, one after the other: rows may be parallel, pixels all at a side.
constexpr std::array kDamping = {1e-11, 1e-8, 1e-6, 1e-4, 1e-2};
constexpr double kFeasible = 1e-10;

struct Dual {
  const Eigen::VectorXd& origin;
  Eigen::MatrixXd rows;  // unit length
  Eigen::VectorXd rhs;
  const Box& box;

  Eigen::VectorXd primal(const Eigen::VectorXd& lambda) const {
    return (origin + rows.transpose() * lambda).cwiseMax(box.lower).cwiseMin(box.upper);
  }
  double value(const Eigen::VectorXd& lambda, const Eigen::VectorXd& x) const {
    return 0.5 * (x - origin).squaredNorm() + lambda.dot(rhs - rows * x);
  }
  /// Twice the value, less what its rounding may be (as in LpSolver::safe_bound), and a little for
  /// an x that is the Lagrangian's minimiser up to rounding only.
  double squared_bound(const Eigen::VectorXd& lambda, const Eigen::VectorXd& x) const {
    const double squared = (x - origin).squaredNorm();
    const Eigen::VectorXd largest = box.lower.cwiseAbs().cwiseMax(box.upper.cwiseAbs());
    const double terms = lambda.dot(rhs.cwiseAbs() + rows.cwiseAbs() * largest);
    const auto operations = static_cast<double>(rows.rows() + rows.cols() + 16);
    const double rounding = 2 * operations * std::numeric_limits<double>::epsilon();
    const double bound = 2 * value(lambda, x) - rounding * (squared + 2 * terms);
    return std::max(0.0, bound * (1 - 1e-10) - 1e-12);
  }
};

/// Newton direction on the free multipliers; zero on those held at 0 by their gradient.
Eigen::VectorXd newton_direction(const Dual& dual, const Eigen::VectorXd& lambda,
                                 const Eigen::VectorXd& x, const Eigen::VectorXd& gradient,
                                 double damping) {
  std::vector<Eigen::Index> free;
  for (Eigen::Index i = 0; i < lambda.size(); ++i) {
    if (lambda(i) > 0 || gradient(i) > 0) free.push_back(i);
  }
  Eigen::VectorXd direction = Eigen::VectorXd::Zero(lambda.size());
  if (free.empty()) return direction;
  const Eigen::ArrayXd inside =
      ((x.array() > dual.box.lower.array()) && (x.array() < dual.box.upper.array())).cast<double>();
  const Eigen::MatrixXd selected = dual.rows(free, Eigen::all);
  Eigen::MatrixXd curvature = selected * inside.matrix().asDiagonal() * selected.transpose();
  curvature.diagonal().array() += damping;
  const Eigen::VectorXd step = curvature.ldlt().solve(Eigen::VectorXd(gradient(free)));
  direction(free) = step;
  return direction;
}

/// Farthest of a halving sequence of projected steps that raises the dual enough; false: none.
bool advance(const Dual& dual, const Eigen::VectorXd& direction, const Eigen::VectorXd& gradient,
             Eigen::VectorXd& lambda, Eigen::VectorXd& x) {
  const double before = dual.value(lambda, x);
  const double rounding = 4e-16 * std::max(1.0, std::abs(before));
  for (double length = 1; length > 1e-14; length /= 2) {
    const Eigen::VectorXd next = (lambda + length * direction).cwiseMax(0.0);
    const Eigen::VectorXd next_x = dual.primal(next);
    const double expected = gradient.dot(next - lambda);
    if (expected > 0 && dual.value(next, next_x) >= before + 1e-4 * expected - rounding) {
      lambda = next;
      x = next_x;
      return true;
    }
  }
  return false;
}

/// The slow and sure way: least distance programming, sides of the box added where the point leaves
/// it.
std::optional<Projection> by_active_sets(const Dual& dual, const Deadline& deadline) {
  const Eigen::Index size = dual.origin.size();
  Eigen::MatrixXd rows = dual.rows;
  Eigen::VectorXd rhs = dual.rhs - dual.rows * dual.origin;
  for (int round = 0; round < 50; ++round) {
    const auto change = least_distance(rows, rhs, deadline);
    if (!change) return std::nullopt;
    const Eigen::VectorXd x = dual.origin + change->point;
    std::vector<std::pair<Eigen::Index, double>> outside;  // pixel, sign of the row to add
    for (Eigen::Index j = 0; j < size; ++j) {
      if (x(j) < dual.box.lower(j) - 1e-12) outside.emplace_back(j, 1.0);
      if (x(j) > dual.box.upper(j) + 1e-12) outside.emplace_back(j, -1.0);
    }
    if (outside.empty()) {
      const Eigen::VectorXd point = x.cwiseMax(dual.box.lower).cwiseMin(dual.box.upper);
      const Eigen::VectorXd lambda = change->multipliers.head(dual.rows.rows()).cwiseMax(0.0);
      return Projection{point, dual.squared_bound(lambda, dual.primal(lambda))};
    }
    const Eigen::Index before = rows.rows();
    const auto added = static_cast<Eigen::Index>(outside.size());
    rows.conservativeResize(before + added, size);
    rhs.conservativeResize(before + added);
    for (Eigen::Index i = 0; i < added; ++i) {
      const auto& [pixel, sign] = outside[static_cast<std::size_t>(i)];
      rows.row(before + i) = sign * Eigen::RowVectorXd::Unit(size, pixel);
      const double side = sign > 0 ? dual.box.lower(pixel) : dual.box.upper(pixel);
      rhs(before + i) = sign * (side - dual.origin(pixel));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Projection> project(const Eigen::VectorXd& origin, const Eigen::MatrixXd& rows,
                                  const Eigen::VectorXd& rhs, const Box& box, double enough,
                                  const Deadline& deadline) {
  Eigen::VectorXd scale = rows.rowwise().norm();
  for (Eigen::Index i = 0; i < scale.size(); ++i) {
    if (scale(i) > 0) continue;
    if (rhs(i) > 1e-9) return std::nullopt;  // 0 >= positive
    scale(i) = 1;
  }
  const Dual dual{origin, scale.cwiseInverse().asDiagonal() * rows, rhs.cwiseQuotient(scale), box};
  Eigen::VectorXd lambda = Eigen::VectorXd::Zero(rhs.size());
  Eigen::VectorXd x = dual.primal(lambda);
  for (int step = 0; step < kMaxSteps && !deadline.expired(); ++step) {
    const Eigen::VectorXd gradient = dual.rhs - dual.rows * x;
    // Stationary: feasible, and no slack under a positive multiplier.
    const bool feasible = gradient.size() == 0 || gradient.maxCoeff() <= kFeasible;
    const double slack = lambda.dot(gradient.cwiseMin(0.0));
    if (feasible && -slack <= 1e-12 * std::max(1.0, (x - origin).squaredNorm())) break;
    if (2 * dual.value(lambda, x) > enough) {
      const double bound = dual.squared_bound(lambda, x);
      if (bound > enough) return Projection{{}, bound};
    }
    const bool moved = std::any_of(kDamping.begin(), kDamping.end(), [&](double damping) {
      if (deadline.expired()) return false;
      return advance(dual, newton_direction(dual, lambda, x, gradient, damping), gradient, lambda,
                     x);
    });
    if (!moved && !advance(dual, gradient, gradient, lambda, x)) break;  // rounding: no better
  }
  const Eigen::VectorXd violation = dual.rhs - dual.rows * x;
  const double squared = (x - origin).squaredNorm();
  const double bound = dual.squared_bound(lambda, x);
  const bool feasible = violation.size() == 0 || violation.maxCoeff() <= 1e-9;
  if (feasible && squared - bound <= 1e-9 * (1 + squared)) return Projection{x, bound};
  return by_active_sets(dual, deadline);
}

}  // namespace brink
