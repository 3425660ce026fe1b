// Inverse of the kernel, steepest-edge pricing, bound-flipping ratio test.
//
// Most rows of a node's program are not tight (triangles of neurons whose phase is right, sides of
// inactive neurons): their slacks are basic, and the basis is
//     B = [A_RK 0; A_SK I],   R the tight rows, S the others, K the basic structural columns.
// Only the kernel A_RK is inverted; it has 50 rows where DNN5's program has 130. The rest
// follows from A by two products. A pivot exchanges a column or a row of the kernel, or lets it
// grow or shrink by one of each. Rows of the inverse that belong to K give exact dual steepest-edge
// weights (Forrest & Goldfarb 1992), those of S are kept by their recurrence. The ratio test passes
// over columns whose box is too small to absorb the infeasibility and flips them at once (Maros
// 2003). Rows and columns are blocks (a layer's weights, the points' coordinates): storage is
// dense, both ways, and each keeps the spans outside of which it is zero.
// Tried and dropped: partial pricing (rows are few); the inverse of the whole basis (2 to 3 times
// slower).
#include "brink/search/dual_simplex.h"

#include <algorithm>
#include <cmath>

#include "brink/search/kernels.h"

namespace brink::search {

namespace {

constexpr double kPrimalTolerance = 1e-9;
constexpr double kDualTolerance = 1e-10;
constexpr double kPivotTolerance = 1e-8;
constexpr int kRecomputeEvery = 120;

}  // namespace

void DualSimplex::update_side(int column) {
  const std::size_t j = index(column);
  const bool moves = !is_basic(column) && lower_[j] < upper_[j];
  side_[j] = !moves ? 0 : (at_upper_[j] ? -1 : 1);
}

void DualSimplex::add_row_to(int row, double factor, double* out) const {
  kernels::add_lines(1, &row, &factor, 1, a_.data(), stride_, row_spans_.data(), out);
}

/// out += factor times the column, `out` by rows.
void DualSimplex::add_column_to(int column, double factor, double* out) const {
  if (column >= slack_) {
    out[column - slack_] += factor;
  } else {
    kernels::add_lines(1, &column, &factor, 1, t_.data(), capacity_, column_spans_.data(), out);
  }
}

/// rho_: the basic variable's row of B^{-1} on the tight rows. A slack's row has a 1 of its own.
void DualSimplex::row_of_inverse(int variable) {
  const int size = kernel_size();
  if (variable < slack_) {
    const double* row = inverse_row(place_[index(variable)]);
    rho_.assign(row, row + size);
    return;
  }
  rho_.assign(index(size), 0);
  for (int p = 0; p < size; ++p) {
    const double a = entry(variable - slack_, kernel_columns_[index(p)]);
    if (a != 0) kernels::axpy(index(size), -a, inverse_row(p), rho_.data());
  }
}

/// out, by variable: B^{-1} work_ at basic ones, 0 at tight slacks; `work_` by rows.
void DualSimplex::solve_column(std::vector<double>& out) {
  const int size = kernel_size();
  gathered_.resize(2 * index(size));
  double* solution = gathered_.data() + size;
  for (int r = 0; r < size; ++r) gathered_[index(r)] = work_[index(tight_rows_[index(r)])];
  kernels::multiply(index(size), index(size), capacity_, inverse_.data(), gathered_.data(),
                    solution);
  double* slacks = out.data() + slack_;
  std::copy_n(work_.data(), m_, slacks);
  for (int p = 0; p < size; ++p) out[index(kernel_columns_[index(p)])] = solution[p];
  kernels::add_lines(index(size), kernel_columns_.data(), solution, -1, t_.data(), capacity_,
                     column_spans_.data(), slacks);
  for (const int row : tight_rows_) slacks[row] = 0;
}

/// The basic variables' values += factor direction.
void DualSimplex::move_basics(double factor, const std::vector<double>& direction) {
  for (const int column : kernel_columns_) {
    value_[index(column)] += factor * direction[index(column)];
  }
  kernels::axpy(index(m_), factor, direction.data() + slack_, value_.data() + slack_);
}

void DualSimplex::compute_multipliers() {
  multipliers_.assign(index(m_), 0);
  bool slacks_cost = false;
  for (int i = 0; i < m_; ++i) {
    if (row_place_[index(i)] >= 0) continue;
    multipliers_[index(i)] = cost_[index(slack_ + i)];
    slacks_cost = slacks_cost || multipliers_[index(i)] != 0;
  }
  gathered_.assign(index(kernel_size()), 0);
  for (int p = 0; p < kernel_size(); ++p) {
    const int column = kernel_columns_[index(p)];
    double cost = cost_[index(column)];
    if (slacks_cost) {
      const double* entries = column_entries(column);
      for (const Span& span : column_spans_[index(column)]) {
        cost -= kernels::dot(index(span.end - span.begin), entries + span.begin,
                             multipliers_.data() + span.begin);
      }
    }
    if (cost != 0) kernels::axpy(gathered_.size(), cost, inverse_row(p), gathered_.data());
  }
  for (std::size_t r = 0; r < tight_rows_.size(); ++r) {
    multipliers_[index(tight_rows_[r])] = gathered_[r];
  }
}

void DualSimplex::compute_reduced_costs() {
  std::copy(cost_.begin(), cost_.end(), reduced_.begin());
  for (int i = 0; i < m_; ++i) {
    const double y = multipliers_[index(i)];
    if (y == 0) continue;
    add_row_to(i, -y, reduced_.data());
    reduced_[index(slack_ + i)] -= y;
  }
  for (int j = 0; j < slack_ + m_; ++j) {
    if (j == n_) j = slack_;
    if (is_basic(j)) {
      reduced_[index(j)] = 0;
    } else if (reduced_[index(j)] > kDualTolerance) {
      at_upper_[index(j)] = 0;
    } else if (reduced_[index(j)] < -kDualTolerance) {
      at_upper_[index(j)] = 1;
    }
    update_side(j);
  }
}

void DualSimplex::compute_values() {
  work_.assign(rhs_.begin(), rhs_.end());
  for (int j = 0; j < n_; ++j) {
    if (is_basic(j)) continue;
    const double value = bound_value(index(j));
    if (value != 0) add_column_to(j, -value, work_.data());
  }
  for (const int row : tight_rows_) work_[index(row)] -= bound_value(index(slack_ + row));
  solve_column(value_);
  for (const int row : tight_rows_) {
    value_[index(slack_ + row)] = bound_value(index(slack_ + row));
  }
}

void DualSimplex::restart() {
  compute_multipliers();
  compute_reduced_costs();
  compute_values();
}

DualSimplex::Leaving DualSimplex::choose_leaving() const {
  Leaving best;
  double best_score = 0;
  const auto consider = [&](int variable) {
    const std::size_t j = index(variable);
    const double above = value_[j] - upper_[j];
    const double below = lower_[j] - value_[j];
    const double infeasibility = std::max(above, below);
    if (infeasibility <= kPrimalTolerance) return;
    const double square = infeasibility * infeasibility;
    if (square <= best_score * weight_[j]) return;
    best_score = square / weight_[j];
    best = {variable, infeasibility, above > below ? 1.0 : -1.0};
  };
  for (const int column : kernel_columns_) consider(column);
  for (int i = 0; i < m_; ++i) consider(slack_ + i);  // tight ones sit at their side
  return best;
}

void DualSimplex::compute_pivot_row(int variable) {
  row_of_inverse(variable);
  std::fill(alpha_.begin(), alpha_.end(), 0.0);
  kernels::add_lines(rho_.size(), tight_rows_.data(), rho_.data(), 1, a_.data(), stride_,
                     row_spans_.data(), alpha_.data());
  for (std::size_t r = 0; r < rho_.size(); ++r) {
    alpha_[index(slack_ + tight_rows_[r])] = rho_[r];
  }
  if (variable >= slack_) {
    add_row_to(variable - slack_, 1, alpha_.data());
    alpha_[index(variable)] = 1;
  }
}

int DualSimplex::choose_entering(const Leaving& leaving) {
  // Columns that move their way when the leaving one goes to its side.
  if (leaving.direction < 0) {
    for (double& value : alpha_) value = -value;
  }
  eligible_.resize(alpha_.size());
  eligible_.resize(kernels::above(alpha_.size(), alpha_.data(), side_.data(), kPivotTolerance,
                                  eligible_.data()));
  candidates_.clear();
  for (const int column : eligible_) {
    const double size = std::abs(alpha_[index(column)]);
    candidates_.push_back({std::abs(reduced_[index(column)]) / size, size, column});
  }

  // Pass columns in order of ratio while the slope stays positive.
  passed_.clear();
  double slope = leaving.infeasibility;
  int dropped = -1;  // the last candidate that was too small to be wanted
  const auto later = [](const Candidate& a, const Candidate& b) { return a.ratio > b.ratio; };
  std::make_heap(candidates_.begin(), candidates_.end(), later);
  while (!candidates_.empty()) {
    std::pop_heap(candidates_.begin(), candidates_.end(), later);
    Candidate chosen = candidates_.back();
    candidates_.pop_back();
    // Among ties the largest pivot.
    while (!candidates_.empty() && candidates_.front().ratio <= chosen.ratio + 1e-12) {
      std::pop_heap(candidates_.begin(), candidates_.end(), later);
      Candidate& other = candidates_.back();
      if (other.size > chosen.size) std::swap(other, chosen);
      // The smaller one goes back only if it may still be needed; its flip is considered first.
      const std::size_t k = index(other.column);
      const double gain = other.size * (upper_[k] - lower_[k]);
      if (slope - gain >= 0) {
        slope -= gain;
        passed_.push_back(other.column);
      } else if (other.size * 10 > chosen.size) {
        return other.column;
      } else {
        dropped = other.column;
      }
      candidates_.pop_back();
    }
    const std::size_t j = index(chosen.column);
    slope -= chosen.size * (upper_[j] - lower_[j]);
    // Nothing is left to be absorbed: this column ends it, even when its box just suffices.
    if (slope <= kPrimalTolerance) return chosen.column;
    passed_.push_back(chosen.column);
  }
  return dropped;
}

void DualSimplex::flip_passed() {
  if (passed_.empty()) return;
  work_.assign(index(m_), 0);
  for (const int column : passed_) {
    const std::size_t j = index(column);
    const double before = bound_value(j);
    at_upper_[j] = !at_upper_[j];
    side_[j] = -side_[j];
    if (column >= slack_) value_[j] = bound_value(j);
    add_column_to(column, bound_value(j) - before, work_.data());
  }
  solve_column(direction_);
  move_basics(-1, direction_);
}

bool DualSimplex::pivot(const Leaving& leaving, int entering) {
  const std::size_t out = index(leaving.variable), in = index(entering);
  const double alpha = leaving.direction * alpha_[in];
  work_.assign(index(m_), 0);
  add_column_to(entering, 1, work_.data());
  solve_column(direction_);
  const double doubt = std::abs(direction_[out] - alpha);
  if (!(doubt <= std::min(1e-6 * (1 + std::abs(alpha)), 0.5 * std::abs(alpha)))) return false;

  // alpha_ carries the leaving column's direction, as choose_entering() left it.
  const double dual_step = reduced_[in] / alpha;
  if (dual_step != 0) {
    kernels::axpy(alpha_.size(), -dual_step * leaving.direction, alpha_.data(), reduced_.data());
  }
  const bool to_upper = leaving.direction > 0;
  const double target = to_upper ? upper_[out] : lower_[out];
  const double step = (value_[out] - target) / direction_[out];
  move_basics(-step, direction_);
  value_[in] = bound_value(in) + step;
  value_[out] = target;

  update_weights(leaving.variable);
  update_kernel(leaving.variable, entering);
  at_upper_[out] = to_upper;
  reduced_[in] = 0;
  reduced_[out] = -dual_step;
  update_side(entering);
  update_side(leaving.variable);
  ++updates_;
  return true;
}

DualSimplex::Status DualSimplex::solve(double cutoff, const Deadline& deadline) {
  if (updates_ >= kRefactorEvery) refactor(deadline);
  restart();
  bool refactored = false;
  for (int iteration = 1; iteration <= kIterationLimit && !deadline.expired(); ++iteration) {
    ++iterations_;
    if (iteration % kRecomputeEvery == 0) restart();
    const Leaving leaving = choose_leaving();
    if (leaving.variable < 0) {
      compute_multipliers();
      return Status::optimal;
    }
    if (objective() > cutoff) {
      compute_multipliers();
      return Status::cutoff;
    }
    compute_pivot_row(leaving.variable);
    const int entering = choose_entering(leaving);
    if (entering < 0) {
      multipliers_.assign(index(m_), 0);
      for (std::size_t r = 0; r < rho_.size(); ++r) {
        multipliers_[index(tight_rows_[r])] = leaving.direction * rho_[r];
      }
      if (leaving.variable >= slack_) {
        multipliers_[index(leaving.variable - slack_)] = leaving.direction;
      }
      return Status::infeasible;
    }
    flip_passed();
    if (!pivot(leaving, entering)) {
      if (refactored) break;
      refactored = true;
      refactor(deadline);
      restart();
    }
  }
  compute_multipliers();
  return Status::stalled;
}

double DualSimplex::objective() const {
  double sum = 0;
  for (const auto& [column, cost] : objective_) sum += cost * value(column);
  return sum;
}

}  // namespace brink::search
