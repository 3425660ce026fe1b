// Explicit inverse, steepest-edge pricing, bound-flipping ratio test.
//
// With tens to a few hundred rows the inverse fits the cache and a pivot is a handful of dense
// passes: the pivot row (rho A), one product with the inverse, one rank-one update. The norms of
// the inverse's rows, which are the exact dual steepest-edge weights (Forrest & Goldfarb 1992),
// fall out of the update. The ratio test passes over columns whose box is too small to absorb the
// infeasibility and flips them at once (Maros 2003).
// The rows are blocks (a layer's weights, a triangle's two entries, the points' coordinates):
// storage is dense, and each row keeps the spans outside of which it is zero.
// Tried and dropped: partial pricing (rows are few).
#include "brink/search/dual_simplex.h"

#include <algorithm>
#include <cmath>

#include "brink/search/kernels.h"

namespace brink::search {

namespace {

constexpr double kPrimalTolerance = 1e-9;
constexpr double kDualTolerance = 1e-10;
constexpr double kPivotTolerance = 1e-8;
constexpr long kRefactorEvery = 2000;
constexpr int kRecomputeEvery = 120;

}  // namespace

void DualSimplex::update_side(std::size_t column) {
  const bool moves = position_[column] < 0 && lower_[column] < upper_[column];
  side_[column] = !moves ? 0 : (at_upper_[column] ? -1 : 1);
}

/// out = inverse x, x mostly zero.
void DualSimplex::multiply_inverse(const std::vector<double>& x, std::vector<double>& out) {
  spans_.clear();
  for (int i = 0; i < m_; ++i) {
    if (x[index(i)] == 0) continue;
    if (!spans_.empty() && i < spans_.back().end + kSpanGap) {
      spans_.back().end = i + 1;
    } else {
      spans_.push_back({i, i + 1});
    }
  }
  out.resize(index(m_));
  if (spans_.empty()) std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t s = 0; s < spans_.size(); ++s) {
    kernels::multiply(index(m_), capacity_, inverse_.data(), index(spans_[s].begin),
                      index(spans_[s].end), x.data(), s > 0, out.data());
  }
}

void DualSimplex::combine_rows(int rows, const double* y, std::vector<double>& out) const {
  out.assign(index(n_), 0);
  for (int i = 0; i < rows; ++i) {
    if (y[i] != 0) add_row_to(i, y[i], out.data());
  }
}

void DualSimplex::add_row_to(int row, double factor, double* out) const {
  const double* entries = &a_[at(row, 0)];
  for (const Span& span : row_spans_[index(row)]) {
    const auto size = index(span.end - span.begin);
    if (size > 4) {
      kernels::axpy(size, factor, entries + span.begin, out + span.begin);
      continue;
    }
    for (int j = span.begin; j < span.end; ++j) out[j] += factor * entries[j];
  }
}

void DualSimplex::compute_multipliers() {
  multipliers_.assign(index(m_), 0);
  for (int p = 0; p < m_; ++p) {
    const double cost = cost_[index(basis_[index(p)])];
    if (cost != 0) kernels::axpy(index(m_), cost, inverse_row(p), multipliers_.data());
  }
}

void DualSimplex::compute_primal() {
  shift_.assign(rhs_.begin(), rhs_.end());
  for (int j = 0; j < n_; ++j)
    alpha_[index(j)] = position_[index(j)] < 0 ? bound_value(index(j)) : 0;
  for (int i = 0; i < m_; ++i) {
    for (const Span& span : row_spans_[index(i)]) {
      for (int j = span.begin; j < span.end; ++j) {
        shift_[index(i)] -= alpha_[index(j)] * a_[at(i, j)];
      }
    }
    if (position_[index(slack_ + i)] < 0) shift_[index(i)] -= bound_value(index(slack_ + i));
  }
  multiply_inverse(shift_, primal_);
}

void DualSimplex::restart() {
  compute_multipliers();
  std::copy(cost_.begin(), cost_.end(), reduced_.begin());
  for (int i = 0; i < m_; ++i) {
    const double y = multipliers_[index(i)];
    if (y != 0) add_row_to(i, -y, reduced_.data());
    reduced_[index(slack_ + i)] = cost_[index(slack_ + i)] - y;
  }
  for (std::size_t j = 0; j < reduced_.size(); ++j) {
    if (position_[j] >= 0) {
      reduced_[j] = 0;
    } else if (reduced_[j] > kDualTolerance) {
      at_upper_[j] = 0;
    } else if (reduced_[j] < -kDualTolerance) {
      at_upper_[j] = 1;
    }
    update_side(j);
  }
  compute_primal();
}

DualSimplex::Leaving DualSimplex::choose_leaving() const {
  Leaving best;
  double best_score = 0;
  for (int p = 0; p < m_; ++p) {
    const std::size_t column = index(basis_[index(p)]);
    const double x = primal_[index(p)];
    const double above = x - upper_[column];
    const double below = lower_[column] - x;
    const double infeasibility = std::max(above, below);
    if (infeasibility <= kPrimalTolerance) continue;
    const double score = infeasibility * infeasibility / weight_[index(p)];
    if (score > best_score) {
      best_score = score;
      best = {p, infeasibility, above > below ? 1.0 : -1.0};
    }
  }
  return best;
}

void DualSimplex::compute_pivot_row(int position) {
  const double* rho = inverse_row(position);
  std::fill(alpha_.begin(), alpha_.begin() + static_cast<std::ptrdiff_t>(n_), 0.0);
  for (int i = 0; i < m_; ++i) {
    if (rho[i] != 0) add_row_to(i, rho[i], alpha_.data());
    alpha_[index(slack_ + i)] = rho[i];
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
      }
      candidates_.pop_back();
    }
    const std::size_t j = index(chosen.column);
    slope -= chosen.size * (upper_[j] - lower_[j]);
    // Nothing is left to be absorbed: this column ends it, even when its box just suffices.
    if (slope <= kPrimalTolerance) return chosen.column;
    passed_.push_back(chosen.column);
  }
  return -1;
}

void DualSimplex::gather_column(int column, std::vector<double>& entries) const {
  entries.assign(index(m_), 0);
  if (column >= slack_) {
    entries[index(column - slack_)] = 1;
    return;
  }
  for (int i = 0; i < m_; ++i) entries[index(i)] = a_[at(i, column)];
}

void DualSimplex::flip_passed() {
  if (passed_.empty()) return;
  shift_.assign(index(m_), 0);
  for (const int column : passed_) {
    const std::size_t j = index(column);
    const double move = at_upper_[j] ? lower_[j] - upper_[j] : upper_[j] - lower_[j];
    at_upper_[j] = !at_upper_[j];
    side_[j] = -side_[j];
    if (column >= slack_) {
      shift_[index(column - slack_)] += move;
    } else {
      for (int i = 0; i < m_; ++i) shift_[index(i)] += move * a_[at(i, column)];
    }
  }
  multiply_inverse(shift_, column_);
  for (int p = 0; p < m_; ++p) primal_[index(p)] -= column_[index(p)];
}

void DualSimplex::update_inverse(int position) {
  double* pivot_row = inverse_row(position);
  const double scale = 1 / column_[index(position)];
  double norm = 0;
  for (int i = 0; i < m_; ++i) {
    pivot_row[i] *= scale;
    norm += pivot_row[i] * pivot_row[i];
  }
  weight_[index(position)] = norm;
  for (int p = 0; p < m_; ++p) {
    const double factor = column_[index(p)];
    if (p == position || factor == 0) continue;
    weight_[index(p)] = kernels::subtract_and_square(index(m_), factor, pivot_row, inverse_row(p));
  }
}

bool DualSimplex::pivot(const Leaving& leaving, int entering) {
  const int p = leaving.position;
  const double alpha = leaving.direction * alpha_[index(entering)];
  gather_column(entering, shift_);
  multiply_inverse(shift_, column_);
  if (std::abs(column_[index(p)] - alpha) > 1e-6 * (1 + std::abs(alpha))) return false;

  // alpha_ carries the leaving column's direction, as choose_entering() left it.
  const double dual_step = reduced_[index(entering)] / alpha;
  if (dual_step != 0) {
    kernels::axpy(alpha_.size(), -dual_step * leaving.direction, alpha_.data(), reduced_.data());
  }
  const int left = basis_[index(p)];
  const bool to_upper = leaving.direction > 0;
  const double target = to_upper ? upper_[index(left)] : lower_[index(left)];
  const double step = (primal_[index(p)] - target) / column_[index(p)];
  for (int i = 0; i < m_; ++i) primal_[index(i)] -= step * column_[index(i)];
  primal_[index(p)] = bound_value(index(entering)) + step;

  update_inverse(p);
  basis_[index(p)] = entering;
  position_[index(entering)] = p;
  position_[index(left)] = -1;
  at_upper_[index(left)] = to_upper;
  reduced_[index(entering)] = 0;
  reduced_[index(left)] = -dual_step;
  update_side(index(entering));
  update_side(index(left));
  ++pivots_since_refactor_;
  return true;
}

DualSimplex::Status DualSimplex::solve(int iteration_limit) {
  if (pivots_since_refactor_ >= kRefactorEvery && !refactor()) return Status::stalled;
  restart();
  bool refactored = false;
  for (int iteration = 1; iteration <= iteration_limit; ++iteration) {
    ++iterations_;
    if (iteration % kRecomputeEvery == 0) restart();
    const Leaving leaving = choose_leaving();
    if (leaving.position < 0) {
      compute_multipliers();
      return Status::optimal;
    }
    compute_pivot_row(leaving.position);
    const int entering = choose_entering(leaving);
    if (entering < 0) {
      const double* rho = inverse_row(leaving.position);
      multipliers_.assign(rho, rho + m_);
      for (double& y : multipliers_) y *= leaving.direction;
      return Status::infeasible;
    }
    flip_passed();
    if (!pivot(leaving, entering)) {
      if (refactored || !refactor()) break;
      refactored = true;
      restart();
    }
  }
  compute_multipliers();
  return Status::stalled;
}

double DualSimplex::value(int column) const {
  const int p = position_[index(column)];
  return p >= 0 ? primal_[index(p)] : bound_value(index(column));
}

double DualSimplex::objective() const {
  double sum = 0;
  for (std::size_t j = 0; j < cost_.size(); ++j) {
    if (cost_[j] != 0) sum += cost_[j] * value(static_cast<int>(j));
  }
  return sum;
}

}  // namespace brink::search
