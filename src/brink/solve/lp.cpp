// The LP engine: COIN-OR CLP, one ClpSimplex an instance, warm-started.
//
// CLP was chosen over HiGHS by measurement (about 46 against 100 us a warm dual-simplex iteration
// on network relaxations). After a change of costs the basis stays primal feasible, so the primal
// simplex continues; after a change of bounds it stays dual feasible, so the dual does.
#include "brink/solve/lp.h"

#include <algorithm>
#include <cmath>
#include <coin/ClpEventHandler.hpp>
#include <coin/ClpSimplex.hpp>
#include <vector>

#include "brink/solve/coin.h"

namespace brink {

namespace {

/// Ends a solve between two iterations. CLP's own limit is looked at less often, and knows nothing
/// of Ctrl-C.
class StopBetweenIterations final : public ClpEventHandler {
 public:
  explicit StopBetweenIterations(const Deadline* deadline) : deadline_(deadline) {}
  ClpEventHandler* clone() const override { return new StopBetweenIterations(*this); }
  int event(Event which) override {
    return which == endOfIteration && deadline_->expired() ? 0 : -1;
  }

 private:
  const Deadline* deadline_;
};

}  // namespace

struct LpSolver::Impl {
  Deadline deadline;  ///< of the solve at hand

  ClpSimplex simplex;
  double offset = 0;
  bool costs_changed = false;
  bool bounds_changed = true;

  LpSolution read() const {
    LpSolution solution;
    switch (simplex.status()) {
      case 0:
        solution.status = SolveStatus::optimal;
        break;
      case 1:
        solution.status = SolveStatus::infeasible;
        break;
      case 2:
        solution.status = SolveStatus::unbounded;
        break;
      case 3:
      case 5:  // by the event handler
        solution.status = SolveStatus::time_limit;
        break;
      default:
        solution.status = SolveStatus::failed;
        break;
    }
    const auto columns = static_cast<std::size_t>(simplex.numberColumns());
    const auto rows = static_cast<std::size_t>(simplex.numberRows());
    const double* x = simplex.primalColumnSolution();
    const double* pi = simplex.dualRowSolution();
    solution.values.assign(x, x + columns);
    solution.duals.assign(pi, pi + rows);
    if (solution.status == SolveStatus::optimal)
      solution.objective = simplex.objectiveValue() + offset;
    return solution;
  }
};

LpSolver::LpSolver(const Program& program) : impl_(std::make_unique<Impl>()) {
  const coin::Arrays arrays = coin::arrays_of(program);
  ClpSimplex& simplex = impl_->simplex;
  simplex.setLogLevel(0);
  simplex.loadProblem(arrays.matrix, arrays.lower.data(), arrays.upper.data(), arrays.cost.data(),
                      arrays.row_lower.data(), arrays.row_upper.data());
  simplex.setPrimalTolerance(1e-9);
  simplex.setDualTolerance(1e-9);
  StopBetweenIterations stop(&impl_->deadline);
  simplex.passInEventHandler(&stop);
  impl_->offset = program.offset;
}

LpSolver::~LpSolver() = default;
LpSolver::LpSolver(LpSolver&&) noexcept = default;
LpSolver& LpSolver::operator=(LpSolver&&) noexcept = default;

void LpSolver::set_costs(const std::vector<double>& costs) {
  std::copy(costs.begin(), costs.end(), impl_->simplex.objective());
  impl_->costs_changed = true;
}

void LpSolver::set_column_bounds(int column, double lower, double upper) {
  impl_->simplex.setColumnBounds(column, coin::bound(lower), coin::bound(upper));
  impl_->bounds_changed = true;
}

void LpSolver::set_row_bounds(int row, double lower, double upper) {
  impl_->simplex.setRowBounds(row, coin::bound(lower), coin::bound(upper));
  impl_->bounds_changed = true;
}

LpSolution LpSolver::solve(const Deadline& deadline) {
  ClpSimplex& simplex = impl_->simplex;
  impl_->deadline = deadline;
  const double left = deadline.remaining();
  simplex.setMaximumWallSeconds(std::isinf(left) ? -1.0 : left);
  if (impl_->costs_changed && !impl_->bounds_changed) {
    simplex.primal(1);
  } else {
    simplex.dual();
  }
  if (simplex.status() > 3 && !deadline.expired()) {  // numerical trouble: once more from scratch
    simplex.allSlackBasis(true);
    simplex.primal();
  }
  impl_->costs_changed = impl_->bounds_changed = false;
  return impl_->read();
}

double LpSolver::safe_bound(const std::vector<double>& duals) const {
  // For any pi: min c x >= sum_r (pi_r > 0 ? pi_r l_r : pi_r u_r) + sum_j min_box (c - pi^T A)_j
  // x_j. `error` bounds the rounding of everything summed: unit roundoff times the number of
  // operations times the sum of absolute values, twice over for comfort.
  const ClpSimplex& simplex = impl_->simplex;
  const CoinPackedMatrix& matrix = *simplex.matrix();
  const int* row_of = matrix.getIndices();
  const double* element = matrix.getElements();
  double bound = impl_->offset;
  double magnitude = std::abs(impl_->offset);
  std::vector<double> pi = duals;
  for (int r = 0; r < simplex.numberRows(); ++r) {
    auto& multiplier = pi[static_cast<std::size_t>(r)];
    const double side = multiplier > 0 ? simplex.rowLower()[r] : simplex.rowUpper()[r];
    if (multiplier == 0 || std::abs(side) >= COIN_DBL_MAX || !std::isfinite(multiplier)) {
      multiplier = 0;  // any multiplier is allowed: leave out those that would prove nothing
      continue;
    }
    bound += multiplier * side;
    magnitude += std::abs(multiplier * side);
  }
  int longest = 1;
  for (int j = 0; j < simplex.numberColumns(); ++j) {
    double reduced = simplex.objective()[j];
    double size = std::abs(reduced);
    const CoinBigIndex begin = matrix.getVectorFirst(j);
    const CoinBigIndex end = matrix.getVectorLast(j);
    longest = std::max(longest, static_cast<int>(end - begin));
    for (CoinBigIndex e = begin; e < end; ++e) {
      const double product = pi[static_cast<std::size_t>(row_of[e])] * element[e];
      reduced -= product;
      size += std::abs(product);
    }
    if (size == 0) continue;
    const double low = simplex.columnLower()[j];
    const double high = simplex.columnUpper()[j];
    if (std::abs(low) >= COIN_DBL_MAX || std::abs(high) >= COIN_DBL_MAX) {
      // One open end: sound when the reduced cost is safely of the other sign and the finite end
      // is the one that counts.
      const double doubt = 1e-15 * static_cast<double>(end - begin + 2) * size;
      const bool low_counts = reduced > doubt && std::abs(low) < COIN_DBL_MAX;
      const bool high_counts = reduced < -doubt && std::abs(high) < COIN_DBL_MAX;
      if (!low_counts && !high_counts) return -kInfinity;
      const double end_value = low_counts ? low : high;
      bound += reduced * end_value;
      magnitude += size * std::abs(end_value);
      continue;
    }
    bound += std::min(reduced * low, reduced * high);
    magnitude += size * std::max(std::abs(low), std::abs(high));
  }
  const double operations = longest + simplex.numberColumns() + simplex.numberRows() + 4;
  return bound - 2.3e-16 * operations * magnitude;
}

namespace {

/// The t of proven_infeasible() at the box's point nearest to 0.
double slack_near_zero(const Program& program) {
  double slack = kInfinity;
  for (const Row& row : program.rows) {
    double value = -row.lower;
    for (const Term& term : row.terms) {
      const Column& column = program.columns[static_cast<std::size_t>(term.column)];
      value += term.coefficient * std::clamp(0.0, column.lower, column.upper);
    }
    slack = std::min(slack, value);
  }
  return slack;
}

}  // namespace

bool proven_infeasible(Program program, const Deadline& deadline) {
  for (Column& column : program.columns) column.cost = 0;
  // Any range with 0 will do for the proof; narrow, because its rounding is charged.
  const double low = 2 * slack_near_zero(program);
  if (!(low < 0)) return false;
  const int t = program.add_column({"", low, 0, -1, false});
  for (Row& row : program.rows) row.terms.push_back({t, -1});
  LpSolver lp(program);
  return lp.safe_bound(lp.solve(deadline).duals) > 0;  // -t > 0
}

}  // namespace brink
