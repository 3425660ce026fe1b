// Newton's method on the radius.
//
// Within |x_j - origin_j| <= w the rows' largest common slack
//     t(w) = max t  s.t.  rows x - t >= rhs,  x in the box,  |x - origin| <= w
// is concave and rises with w, and the answer is its root. The radius is in the columns' bounds, so
// t(w) is an LP with as many rows as the polytope has; a distance column would need two more rows
// for each x_j. With the multipliers y of a solve, sum y = 1,
//     L(w) = max { y rows x - y rhs : x in the box, |x - origin| <= w }  >=  t(w)
// touches t at the w it was solved for, so the root of L lies no farther than t's: the radii rise
// to the answer, in finitely many steps because t is piecewise linear (Dinkelbach 1967).
//
// Tried and dropped: the distance as a column (1,568 more rows on MNIST; all of DNN1's Linf
// searches took three times as long).
#include "brink/pattern/linf_projection.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace brink {

namespace {

constexpr int kSteps = 60;
constexpr double kTolerance = 1e-9;  ///< of t: the LP's
constexpr double kMet = 1e-11;       ///< the same, relative to the right sides, while that is less
constexpr double kRounding = 1e-14;  ///< of t, relative to the rows
constexpr double kStill = 1e-14;     ///< a radius that grows by less has met the root

LpSolver slack_program(const Eigen::MatrixXd& rows, const Eigen::VectorXd& origin, const Box& box) {
  Program program;
  for (Eigen::Index j = 0; j < origin.size(); ++j) {
    program.add_column({"", box.lower(j), box.upper(j), 0, false});
  }
  const int t = program.add_column({"", -kInfinity, kInfinity, -1, false});
  for (Eigen::Index r = 0; r < rows.rows(); ++r) {
    Row row;
    for (Eigen::Index j = 0; j < origin.size(); ++j) {
      if (rows(r, j) != 0) row.terms.push_back({static_cast<int>(j), rows(r, j)});
    }
    row.terms.push_back({t, -1});
    program.rows.push_back(std::move(row));
  }
  return LpSolver(program);
}

}  // namespace

LinfProjection::LinfProjection(const Eigen::MatrixXd& rows, const Eigen::VectorXd& origin,
                               const Box& box)
    : rows_(rows),
      origin_(origin),
      box_(box),
      largest_((rows.cwiseAbs() * box.lower.cwiseAbs().cwiseMax(box.upper.cwiseAbs())).maxCoeff()),
      lp_(slack_program(rows, origin, box)) {}

/// Rounded outward, never beyond the box: what is proven at a radius holds for all of it.
void LinfProjection::set_radius(double radius) {
  for (Eigen::Index j = 0; j < origin_.size(); ++j) {
    const double low = std::nextafter(origin_(j) - radius, -kInfinity);
    const double high = std::nextafter(origin_(j) + radius, kInfinity);
    lp_.set_column_bounds(static_cast<int>(j), std::max(box_.lower(j), low),
                          std::min(box_.upper(j), high));
  }
}

/// The root of L beyond `radius`; infinity: none.
double LinfProjection::root(const Eigen::VectorXd& duals, const Eigen::VectorXd& rhs,
                            double radius) const {
  const Eigen::VectorXd gradient = rows_.transpose() * duals;
  const double at_origin = gradient.dot(origin_) - duals.dot(rhs);
  for (;;) {  // the tangent's root, again from there while entries come to their own sides
    double value = at_origin, slope = 0;
    for (Eigen::Index j = 0; j < gradient.size(); ++j) {
      const double room = gradient(j) > 0 ? box_.upper(j) - origin_(j) : origin_(j) - box_.lower(j);
      value += std::abs(gradient(j)) * std::min(radius, room);
      if (radius < room) slope += std::abs(gradient(j));
    }
    if (value >= 0) return radius;
    if (slope <= 0) return kInfinity;
    const double next = radius - value / slope;
    if (!(next > radius)) return radius;
    radius = next;
  }
}

/// A radius near the given one at which the multipliers prove t < 0; 0: not found.
double LinfProjection::excluded(const std::vector<double>& duals, double radius) {
  for (const double share : {1.0, 1 - 1e-10, 1 - 1e-8, 1 - 1e-6, 1 - 1e-4, 1 - 1e-2}) {
    set_radius(share * radius);
    if (lp_.safe_bound(duals) > 0) return share * radius;
    if (std::isinf(radius)) break;
  }
  return 0;
}

LinfNearest LinfProjection::nearest(const Eigen::VectorXd& rhs, const Deadline& deadline,
                                    double from) {
  const double size = 1 + rhs.cwiseAbs().maxCoeff();
  const double met = std::min(kMet * size, kTolerance);
  const auto t = static_cast<int>(origin_.size());
  lp_.set_column_bounds(t, -size - largest_, size + largest_);  // tight, for the proof's sake
  for (Eigen::Index r = 0; r < rhs.size(); ++r) {
    lp_.set_row_bounds(static_cast<int>(r), rhs(r), kInfinity);
  }
  struct Proof {
    std::vector<double> duals;
    double radius = 0;  ///< where their L has its root
  };
  Proof last{{}, from}, before;
  LinfNearest result;
  while (result.programs < kSteps && !std::isinf(last.radius)) {
    set_radius(last.radius);
    LpSolution solution = lp_.solve(deadline);
    ++result.programs;
    if (solution.status != SolveStatus::optimal) break;
    const double slack = -solution.objective;
    const Eigen::VectorXd duals =
        Eigen::Map<const Eigen::VectorXd>(solution.duals.data(), rhs.size()).cwiseMax(0.0);
    const double next = slack >= -met ? last.radius : root(duals, rhs, last.radius);
    if (next <= last.radius * (1 + kStill)) {
      if (slack < -kTolerance - kRounding * (size + largest_)) break;
      result.point = Eigen::Map<const Eigen::VectorXd>(solution.values.data(), origin_.size());
      break;
    }
    before = std::exchange(last, {std::move(solution.duals), next});
  }
  for (const Proof* proof : {&last, &before}) {
    if (result.bound == 0 && !proof->duals.empty()) {
      result.bound = excluded(proof->duals, proof->radius);
    }
  }
  return result;
}

}  // namespace brink
