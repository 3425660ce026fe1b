// Rows and columns of the simplex: adding, overwriting, changing an entry under a standing basis.
#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/dual_simplex.h"
#include "brink/search/kernels.h"

namespace brink::search {

DualSimplex::DualSimplex(int columns, int spare) : n_(columns), slack_(columns + spare) {
  stride_ = (index(slack_) + 3) / 4 * 4;
  lower_.assign(index(slack_), 0);
  upper_.assign(index(slack_), 0);
  cost_.assign(index(slack_), 0);
  reduced_.assign(index(slack_), 0);
  at_upper_.assign(index(slack_), 0);
  position_.assign(index(slack_), -1);
  alpha_.assign(index(slack_), 0);
  side_.assign(index(slack_), 0);
}

void DualSimplex::write(int row, int column, double value) {
  a_[at(row, column)] = value;
  if (value == 0) return;
  auto& spans = row_spans_[index(row)];
  bool extends = !spans.empty() && column < spans.back().end + kSpanGap;
  for (const Span& span : spans) {
    if (span.begin <= column && column < span.end) return;
    extends = extends && span.end <= column;
  }
  if (extends) {
    spans.back().end = column + 1;
  } else {
    spans.push_back({column, column + 1});
  }
}

void DualSimplex::grow() {
  const std::size_t bigger = std::max<std::size_t>(32, capacity_ * 3 / 2 / 4 * 4);
  std::vector<double> inverse(bigger * bigger, 0);
  for (int i = 0; i < m_; ++i) {
    std::copy_n(inverse_row(i), m_,
                inverse.begin() + static_cast<std::ptrdiff_t>(index(i) * bigger));
  }
  inverse_ = std::move(inverse);
  capacity_ = bigger;
}

int DualSimplex::add_row(const std::vector<double>& coefficients, double rhs, double slack_lower,
                         double slack_upper) {
  if (index(m_) == capacity_) grow();
  const int row = m_;
  a_.resize(index(m_ + 1) * stride_, 0);
  row_spans_.emplace_back();
  for (std::size_t j = 0; j < coefficients.size(); ++j) {
    write(row, static_cast<int>(j), coefficients[j]);
  }
  rhs_.push_back(rhs);
  lower_.push_back(slack_lower);
  upper_.push_back(slack_upper);
  cost_.push_back(0);
  reduced_.push_back(0);
  at_upper_.push_back(0);
  alpha_.push_back(0);
  side_.push_back(0);
  position_.push_back(m_);
  // B' = [B 0; a_B 1]  =>  inverse' = [B^-1 0; -a_B B^-1  1]
  double* fresh = inverse_row(m_);
  std::fill_n(fresh, capacity_, 0.0);
  for (int p = 0; p < m_; ++p) {
    inverse_row(p)[m_] = 0;
    const int column = basis_[index(p)];
    if (column < slack_ && coefficients[index(column)] != 0) {
      kernels::axpy(index(m_), -coefficients[index(column)], inverse_row(p), fresh);
    }
  }
  fresh[m_] = 1;
  basis_.push_back(slack_ + row);
  primal_.push_back(0);
  weight_.push_back(kernels::dot(index(m_) + 1, fresh, fresh));
  ++m_;
  return row;
}

int DualSimplex::add_column(const std::vector<double>& entries, double lower, double upper) {
  const int column = n_++;
  set_column(column, lower, upper);
  overwrite_column(column, entries);
  return column;
}

void DualSimplex::overwrite_column(int column, const std::vector<double>& entries) {
  for (int i = 0; i < m_; ++i) write(i, column, entries[index(i)]);
}

void DualSimplex::set_column(int column, double lower, double upper) {
  lower_[index(column)] = lower;
  upper_[index(column)] = upper;
}

void DualSimplex::set_coefficient(int row, int column, double value) {
  const double change = value - a_[at(row, column)];
  write(row, column, value);
  const int p = position_[index(column)];
  if (p < 0 || change == 0) return;
  // B' = B + change e_row e_p^T: Sherman-Morrison.
  const double denominator = 1 + change * inverse_row(p)[row];
  if (std::abs(denominator) < 1e-6) {
    pivots_since_refactor_ = std::numeric_limits<long>::max();  // before the next solve
    return;
  }
  std::vector<double> pivot_row(inverse_row(p), inverse_row(p) + m_);
  for (int i = 0; i < m_; ++i) {
    const double factor = change * inverse_row(i)[row] / denominator;
    if (factor != 0) {
      weight_[index(i)] =
          kernels::subtract_and_square(index(m_), factor, pivot_row.data(), inverse_row(i));
    }
  }
}

}  // namespace brink::search
