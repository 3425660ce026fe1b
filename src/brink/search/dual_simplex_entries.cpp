// Rows and columns of the simplex: adding and overwriting under a standing basis.
#include <algorithm>
#include <cmath>

#include "brink/search/dual_simplex.h"
#include "brink/search/kernels.h"

namespace brink::search {

DualSimplex::DualSimplex(int columns, int spare, int rows) : n_(columns), slack_(columns + spare) {
  stride_ = (index(slack_) + 3) / 4 * 4;
  capacity_ = (index(rows) + 3) / 4 * 4;
  a_ = Zeroed(capacity_ * stride_);
  t_ = Zeroed(index(slack_) * capacity_);
  inverse_ = Zeroed(capacity_ * std::min(capacity_, index(slack_)));
  row_spans_.resize(capacity_);
  column_spans_.resize(index(slack_));
  const std::size_t variables = index(slack_) + capacity_;
  for (auto* numbers :
       {&lower_, &upper_, &cost_, &reduced_, &side_, &value_, &alpha_, &direction_, &tau_}) {
    numbers->assign(variables, 0);
  }
  weight_.assign(variables, 1);
  at_upper_.assign(variables, 0);
  place_.assign(index(slack_), -1);
  row_place_.assign(capacity_, -1);
}

void DualSimplex::cover(std::vector<Span>& spans, int i) {
  for (Span& span : spans) {
    if (span.begin <= i && i < span.end) return;
    if (i < span.begin) {  // before this one: rare
      spans.insert(spans.begin() + (&span - spans.data()), {i, i + 1});
      return;
    }
    const bool next_begins = &span != &spans.back() && (&span + 1)->begin <= i;
    if (i < span.end + kSpanGap && !next_begins) {
      span.end = i + 1;
      return;
    }
  }
  spans.push_back({i, i + 1});
}

void DualSimplex::write(int row, int column, double value) {
  entry(row, column) = value;
  t_[index(column) * capacity_ + index(row)] = value;
  if (value == 0) return;
  cover(row_spans_[index(row)], column);
  cover(column_spans_[index(column)], row);
}

int DualSimplex::add_row(const std::vector<double>& coefficients, double rhs, double slack_lower,
                         double slack_upper) {
  const int row = m_++;
  rhs_.push_back(rhs);
  set_column(slack_ + row, slack_lower, slack_upper);
  for (std::size_t j = 0; j < coefficients.size(); ++j) {
    if (coefficients[j] != 0) write(row, static_cast<int>(j), coefficients[j]);
  }
  row_of_inverse(slack_ + row);
  weight_[index(slack_ + row)] = 1 + kernels::dot(rho_.size(), rho_.data(), rho_.data());
  return row;
}

void DualSimplex::overwrite_row(int row, const std::vector<double>& coefficients, double rhs) {
  set_rhs(row, rhs);
  for (std::size_t j = 0; j < coefficients.size(); ++j) {
    const int column = static_cast<int>(j);
    if (coefficients[j] != entry(row, column)) write(row, column, coefficients[j]);
  }
  const int r = row_place_[index(row)];
  if (r < 0) return;
  // The kernel's row r is another: with t = a_K inverse, which was e_r before,
  // inverse' = inverse - inverse e_r (t - e_r) / t_r (Sherman-Morrison).
  row_of_inverse(slack_ + row);  // -t
  const std::size_t size = rho_.size();
  const double denominator = -rho_[index(r)];
  if (std::abs(denominator) < 1e-6) {
    updates_ = kRefactorEvery;  // before the next solve
    return;
  }
  ++updates_;
  for (double& t : rho_) t = -t / denominator;
  rho_[index(r)] -= 1 / denominator;
  for (int p = 0; p < kernel_size(); ++p) {
    const double factor = inverse_row(p)[r];
    if (factor == 0) continue;
    weight_[index(kernel_columns_[index(p)])] =
        kernels::subtract_and_square(size, factor, rho_.data(), inverse_row(p));
  }
}

int DualSimplex::add_column(const std::vector<double>& entries, double lower, double upper) {
  const int column = n_++;
  set_column(column, lower, upper);
  overwrite_column(column, entries);
  return column;
}

void DualSimplex::overwrite_column(int column, const std::vector<double>& entries) {
  for (int i = 0; i < m_; ++i) {
    if (entries[index(i)] != entry(i, column)) write(i, column, entries[index(i)]);
  }
  // Not the old column's any more, which callers choose among; the next solve computes it.
  reduced_[index(column)] = 0;
  at_upper_[index(column)] = 0;
}

void DualSimplex::set_cost(int column, double cost, double perturbation) {
  cost_[index(column)] = cost + perturbation;
  std::erase_if(objective_, [column](const auto& term) { return term.first == column; });
  if (cost != 0) objective_.emplace_back(column, cost);
}

}  // namespace brink::search
