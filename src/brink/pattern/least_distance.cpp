// Least distance programming as a nonnegative least-squares problem (Lawson & Hanson 1974, ch. 23).
//
// Solve min |E u - f|, u >= 0 with E = [G'; h'], f = (0, ..., 0, 1). With the residual r = E u - f,
// r = 0 means that G d >= h is empty; otherwise d_j = -r_j / r_{n+1}, and -u / r_{n+1} are the
// multipliers. An active-set method: finite and exact up to rounding whatever the degeneracy, which
// is why it stands behind the faster Newton method of projection.cpp.
#include "brink/pattern/least_distance.h"

#include <Eigen/QR>
#include <algorithm>
#include <vector>

namespace brink {

namespace {

/// Least squares on the passive columns.
Eigen::VectorXd solve_passive(const Eigen::MatrixXd& e, const Eigen::VectorXd& f,
                              const std::vector<Eigen::Index>& passive) {
  const Eigen::MatrixXd columns = e(Eigen::all, passive);
  return columns.colPivHouseholderQr().solve(f);
}

/// Lawson-Hanson NNLS; empty when stopped.
Eigen::VectorXd nonnegative_least_squares(const Eigen::MatrixXd& e, const Eigen::VectorXd& f,
                                          const Deadline& deadline) {
  Eigen::VectorXd u = Eigen::VectorXd::Zero(e.cols());
  std::vector<Eigen::Index> passive;
  const Eigen::Index most_steps = 10 * (e.cols() + 10);
  for (Eigen::Index step = 0; step < most_steps; ++step) {
    Eigen::VectorXd gain = e.transpose() * (f - e * u);
    for (const Eigen::Index i : passive) gain(i) = 0;
    Eigen::Index entering = 0;
    if (gain.maxCoeff(&entering) <= 1e-13) break;
    passive.push_back(entering);
    for (;;) {
      if (deadline.expired()) return {};
      const Eigen::VectorXd z = solve_passive(e, f, passive);
      double length = 1;
      for (std::size_t i = 0; i < passive.size(); ++i) {
        const auto k = static_cast<Eigen::Index>(i);
        if (z(k) <= 0) length = std::min(length, u(passive[i]) / (u(passive[i]) - z(k) + 1e-300));
      }
      for (std::size_t i = 0; i < passive.size(); ++i) {
        u(passive[i]) += length * (z(static_cast<Eigen::Index>(i)) - u(passive[i]));
      }
      if (length >= 1) break;
      std::erase_if(passive, [&u](Eigen::Index i) {
        if (u(i) > 1e-15) return false;
        u(i) = 0;
        return true;
      });
      if (passive.empty()) break;
    }
  }
  return u;
}

}  // namespace

std::optional<LeastDistance> least_distance(const Eigen::MatrixXd& g, const Eigen::VectorXd& h,
                                            const Deadline& deadline) {
  const Eigen::Index size = g.cols();
  Eigen::MatrixXd e(size + 1, g.rows());
  e.topRows(size) = g.transpose();
  e.row(size) = h.transpose();
  const Eigen::VectorXd f = Eigen::VectorXd::Unit(size + 1, size);
  const Eigen::VectorXd u = nonnegative_least_squares(e, f, deadline);
  if (u.size() == 0) return std::nullopt;
  const Eigen::VectorXd residual = e * u - f;
  if (residual(size) > -1e-12) return std::nullopt;
  return LeastDistance{-residual.head(size) / residual(size), -u / residual(size)};
}

}  // namespace brink
