// Linear programs by COIN-OR CLP's dual simplex, warm-started from solve to solve.
//
// Integrality and indicators of the program are ignored: this is its LP relaxation.
#pragma once

#include <memory>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/program/program.h"
#include "brink/solve/solver.h"

namespace brink {

struct LpSolution {
  SolveStatus status = SolveStatus::failed;  ///< optimal, infeasible, unbounded, time_limit, failed
  double objective = kInfinity;
  std::vector<double> values;  ///< one per column
  std::vector<double> duals;   ///< one per row; sign: reduced cost = cost - duals^T A
  std::vector<double> ray;     ///< infeasible: multipliers that may prove it; else empty
};

class LpSolver {
 public:
  explicit LpSolver(const Program& program);
  ~LpSolver();
  LpSolver(LpSolver&&) noexcept;
  LpSolver& operator=(LpSolver&&) noexcept;

  /// Costs of all columns at once, minimised.
  void set_costs(const std::vector<double>& costs);
  void set_column_bounds(int column, double lower, double upper);
  void set_row_bounds(int row, double lower, double upper);
  /// Of rows, bounds and reduced costs; at first 1e-9.
  void set_tolerance(double tolerance);
  /// Solves end, as infeasible, once the minimum is known to be above.
  void set_cutoff(double objective);
  LpSolution solve(const Deadline& deadline = {});

  /// A lower bound on the minimum that any multipliers prove, whatever the simplex did: Lagrangean
  /// bound of `duals` over the column box, less an a-priori bound on the rounding of its own
  /// evaluation (Neumaier & Shcherbina 2004). -infinity when a column it needs is unbounded.
  double safe_bound(const std::vector<double>& duals) const;

  /// No values in the column box meet the rows: safe_bound with costs of 0 is above 0.
  bool proves_infeasible(const std::vector<double>& ray) const;

 private:
  double lagrangean_bound(const std::vector<double>& duals, bool with_costs) const;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Proof that the rows have no solution in the columns' boxes. An infeasible program's own
/// multipliers need not prove it, so the largest t of a x >= lower + t, a x <= upper - t is bounded
/// below zero: that program always has a solution. False: not proven.
bool proven_infeasible(Program program, const Deadline& deadline = {});

}  // namespace brink
