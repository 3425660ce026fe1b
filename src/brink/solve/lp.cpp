// The LP engine: COIN-OR CLP, one ClpSimplex an instance, warm-started.
//
// CLP was chosen over HiGHS by measurement (about 46 against 100 us a warm dual-simplex iteration
// on network relaxations). After a change of costs the basis stays primal feasible, so the primal
// simplex continues; after a change of bounds it stays dual feasible, so the dual does.
//
// CLP's assertions end the process on numbers of 1e25, and it takes 1e20 for trouble. So costs
// reach it divided by a power of two, with the largest near 1, and programs with larger numbers
// elsewhere are not handed over: their solves fail.
#include "brink/solve/lp.h"

#include <algorithm>
#include <cmath>
#include <coin/ClpEventHandler.hpp>
#include <coin/ClpSimplex.hpp>
#include <vector>

#include "brink/solve/coin.h"

namespace brink {

namespace {

constexpr double kLargest = 1e18;

/// Brings the largest cost into [1, 2).
int unit_of(const std::vector<double>& costs) {
  double largest = 0;
  for (const double cost : costs) largest = std::max(largest, std::abs(cost));
  return largest > 0 && std::isfinite(largest) ? -std::ilogb(largest) : 0;
}

bool within_reach(const Program& program) {
  const auto small = [](double number) {
    return std::isinf(number) || std::abs(number) < kLargest;
  };
  for (const Column& column : program.columns) {
    if (!small(column.lower) || !small(column.upper)) return false;
  }
  return std::all_of(program.rows.begin(), program.rows.end(), [&](const Row& row) {
    return small(row.lower) && small(row.upper) &&
           std::all_of(row.terms.begin(), row.terms.end(),
                       [](const Term& term) { return std::abs(term.coefficient) < kLargest; });
  });
}

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
  std::vector<double> costs;
  int unit = 0;  ///< CLP's costs are 2^unit times the program's
  double offset = 0;
  double cutoff = kInfinity;
  bool within_reach = true;
  bool costs_changed = false;
  bool bounds_changed = true;

  void set_costs(const std::vector<double>& wanted) {
    costs = wanted;
    unit = unit_of(costs);
    std::transform(costs.begin(), costs.end(), simplex.objective(),
                   [this](double cost) { return std::ldexp(cost, unit); });
    costs_changed = true;
  }

  LpSolution read() {
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
    for (double& dual : solution.duals) dual = std::ldexp(dual, -unit);
    if (solution.status == SolveStatus::optimal) {
      solution.objective = std::ldexp(simplex.objectiveValue(), -unit) + offset;
    }
    if (solution.status == SolveStatus::infeasible) {
      const std::unique_ptr<double[]> ray(simplex.infeasibilityRay());
      if (ray) solution.ray.assign(ray.get(), ray.get() + rows);
    }
    return solution;
  }
};

LpSolver::LpSolver(const Program& program) : impl_(std::make_unique<Impl>()) {
  const coin::Arrays arrays = coin::arrays_of(program);
  ClpSimplex& simplex = impl_->simplex;
  simplex.setLogLevel(0);
  simplex.loadProblem(arrays.matrix, arrays.lower.data(), arrays.upper.data(), arrays.cost.data(),
                      arrays.row_lower.data(), arrays.row_upper.data());
  set_tolerance(1e-9);
  StopBetweenIterations stop(&impl_->deadline);
  simplex.passInEventHandler(&stop);
  impl_->offset = program.offset;
  impl_->within_reach = within_reach(program);
  impl_->set_costs(arrays.cost);
  impl_->costs_changed = false;
}

LpSolver::~LpSolver() = default;
LpSolver::LpSolver(LpSolver&&) noexcept = default;
LpSolver& LpSolver::operator=(LpSolver&&) noexcept = default;

void LpSolver::set_costs(const std::vector<double>& costs) {
  impl_->set_costs(costs);
}

void LpSolver::set_tolerance(double tolerance) {
  impl_->simplex.setPrimalTolerance(tolerance);
  impl_->simplex.setDualTolerance(tolerance);
}

void LpSolver::set_cutoff(double objective) {
  impl_->cutoff = objective;
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
  if (!impl_->within_reach) {
    LpSolution nothing;
    nothing.values.assign(static_cast<std::size_t>(simplex.numberColumns()), 0);
    nothing.duals.assign(static_cast<std::size_t>(simplex.numberRows()), 0);
    return nothing;
  }
  const double cutoff = std::ldexp(impl_->cutoff - impl_->offset, impl_->unit);
  simplex.setDualObjectiveLimit(coin::bound(cutoff));
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
  return lagrangean_bound(duals, true);
}

bool LpSolver::proves_infeasible(const std::vector<double>& ray) const {
  return !ray.empty() && lagrangean_bound(ray, false) > 0;
}

double LpSolver::lagrangean_bound(const std::vector<double>& duals, bool with_costs) const {
  // For any pi: min c x >= sum_r (pi_r > 0 ? pi_r l_r : pi_r u_r) + sum_j min_box (c - pi^T A)_j
  // x_j. `error` bounds the rounding of everything summed: unit roundoff times the number of
  // operations times the sum of absolute values, twice over for comfort.
  const ClpSimplex& simplex = impl_->simplex;
  const CoinPackedMatrix& matrix = *simplex.matrix();
  const int* row_of = matrix.getIndices();
  const double* element = matrix.getElements();
  double bound = with_costs ? impl_->offset : 0;
  double magnitude = std::abs(bound);
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
    double reduced = with_costs ? impl_->costs[static_cast<std::size_t>(j)] : 0;
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

/// Of proven_infeasible()'s t, whatever a row with huge numbers says.
constexpr double kLeastRange = -1e4;

/// The t of proven_infeasible() at the box's point nearest to 0.
double slack_near_zero(const Program& program) {
  double slack = kInfinity;
  for (const Row& row : program.rows) {
    double value = 0;
    for (const Term& term : row.terms) {
      const Column& column = program.columns[static_cast<std::size_t>(term.column)];
      value += term.coefficient * std::clamp(0.0, column.lower, column.upper);
    }
    slack = std::min({slack, value - row.lower, row.upper - value});
  }
  return slack;
}

}  // namespace

bool proven_infeasible(Program program, const Deadline& deadline) {
  for (Column& column : program.columns) column.cost = 0;
  // Any range with 0 will do for the proof; narrow, because its rounding is charged.
  const double slack = slack_near_zero(program);
  if (!(slack < 0)) return false;
  const double low = std::max(2 * slack, kLeastRange);
  const int t = program.add_column({"", low, 0, -1, false});
  std::vector<Row> rows;
  for (Row& row : program.rows) {
    if (std::isfinite(row.lower)) {
      rows.push_back({"", row.terms, row.lower, kInfinity});
      rows.back().terms.push_back({t, -1});
    }
    if (std::isfinite(row.upper)) {
      rows.push_back({"", std::move(row.terms), -kInfinity, row.upper});
      rows.back().terms.push_back({t, 1});
    }
  }
  program.rows = std::move(rows);
  program.offset = 0;
  LpSolver lp(program);
  return lp.safe_bound(lp.solve(deadline).duals) > 0;  // -t > 0
}

}  // namespace brink
