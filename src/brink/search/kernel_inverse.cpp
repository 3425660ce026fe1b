// The inverse of the kernel: updated by a pivot, or from scratch when rounding has gathered in it.
//
// Whatever enters and leaves, rows p of the inverse become
//     row_q = (rho, 1 if a slack leaves) / direction_leaving,    row_p -= direction_p row_q,
// with one more column (that of the leaving slack's row) and one fewer (that of an entering slack's
// row, which vanishes). From scratch: Gauss-Jordan elimination on [A_RK | I] with row pivoting;
// cubic, and rare (every 2,000 pivots).
#include <algorithm>
#include <cmath>

#include "brink/search/dual_simplex.h"
#include "brink/search/kernels.h"

namespace brink::search {

/// Of the basic slacks; those of the kernel's columns fall out of update_kernel().
void DualSimplex::update_weights(int leaving) {
  work_.assign(index(m_), 0);
  for (std::size_t r = 0; r < rho_.size(); ++r) work_[index(tight_rows_[r])] = rho_[r];
  double norm = kernels::dot(rho_.size(), rho_.data(), rho_.data());
  if (leaving >= slack_) {
    work_[index(leaving - slack_)] = 1;
    norm += 1;
  }
  solve_column(tau_);
  const double scale = 1 / direction_[index(leaving)];
  const double* direction = direction_.data() + slack_;
  const double* tau = tau_.data() + slack_;
  double* weight = weight_.data() + slack_;
  for (int i = 0; i < m_; ++i) {
    const double ratio = direction[i] * scale;
    weight[i] = std::max(1.0, weight[i] + ratio * (ratio * norm - 2 * tau[i]));
  }
}

void DualSimplex::update_kernel(int leaving, int entering) {
  const std::size_t size = rho_.size();
  const double scale = 1 / direction_[index(leaving)];
  for (double& value : rho_) value *= scale;
  const int p_out = leaving < slack_ ? place_[index(leaving)] : -1;
  for (int p = 0; p < kernel_size(); ++p) {
    if (p == p_out) continue;
    const std::size_t column = index(kernel_columns_[index(p)]);
    const double factor = direction_[column];
    double* row = inverse_row(p);
    double square = weight_[column];
    if (factor != 0) square = kernels::subtract_and_square(size, factor, rho_.data(), row);
    if (leaving >= slack_) {
      row[size] = -factor * scale;
      square += factor != 0 ? row[size] * row[size] : 0;
    }
    weight_[column] = square;
  }
  swap_places(leaving, entering, scale);
}

/// rho_ is the entering variable's row of the new inverse.
void DualSimplex::swap_places(int leaving, int entering, double scale) {
  const bool slack_out = leaving >= slack_, slack_in = entering >= slack_;
  const int last = kernel_size();  // of a leaving slack's row: its column in the inverse
  if (slack_out) rho_.push_back(scale);
  const auto weigh = [&] { return kernels::dot(rho_.size(), rho_.data(), rho_.data()); };
  if (!slack_out && !slack_in) {
    const int p = place_[index(leaving)];
    std::copy(rho_.begin(), rho_.end(), inverse_row(p));
    kernel_columns_[index(p)] = entering;
    place_[index(entering)] = p;
    weight_[index(entering)] = weigh();
  } else if (slack_out && !slack_in) {
    std::copy(rho_.begin(), rho_.end(), inverse_row(last));
    kernel_columns_.push_back(entering);
    tight_rows_.push_back(leaving - slack_);
    place_[index(entering)] = row_place_[index(leaving - slack_)] = last;
    weight_[index(entering)] = weigh();
  } else {
    weight_[index(entering)] = std::max(1.0, weigh());
    const int r = row_place_[index(entering - slack_)];
    const int moved = slack_out ? last : last - 1;  // column that takes r's place
    if (!slack_out) {
      const int p = place_[index(leaving)];
      const int moved_column = kernel_columns_.back();
      std::copy_n(inverse_row(last - 1), last, inverse_row(p));
      kernel_columns_[index(p)] = moved_column;
      place_[index(moved_column)] = p;
      kernel_columns_.pop_back();
    }
    for (int p = 0; p < kernel_size(); ++p) inverse_row(p)[r] = inverse_row(p)[moved];
    const int moved_row = slack_out ? leaving - slack_ : tight_rows_.back();
    tight_rows_[index(r)] = moved_row;
    row_place_[index(moved_row)] = r;
    if (!slack_out) tight_rows_.pop_back();
    row_place_[index(entering - slack_)] = -1;
  }
  if (!slack_out) place_[index(leaving)] = -1;
}

void DualSimplex::forget_basis() {
  for (const int column : kernel_columns_) place_[index(column)] = -1;
  for (const int row : tight_rows_) row_place_[index(row)] = -1;
  kernel_columns_.clear();
  tight_rows_.clear();
  std::fill(weight_.begin(), weight_.end(), 1.0);
}

/// Stopped, it leaves everything as it was: what rounding did to the inverse costs no proof.
void DualSimplex::refactor(const Deadline& deadline) {
  const std::size_t size = kernel_columns_.size();
  std::vector<double> b(size * size), inverse(size * size, 0);
  for (std::size_t r = 0; r < size; ++r) {
    for (std::size_t p = 0; p < size; ++p) {
      b[r * size + p] = entry(tight_rows_[r], kernel_columns_[p]);
    }
    inverse[r * size + r] = 1;
  }
  for (std::size_t p = 0; p < size; ++p) {
    if (deadline.expired()) return;
    std::size_t best = p;
    for (std::size_t i = p + 1; i < size; ++i) {
      if (std::abs(b[i * size + p]) > std::abs(b[best * size + p])) best = i;
    }
    if (std::abs(b[best * size + p]) < 1e-11) {
      updates_ = 0;
      return forget_basis();
    }
    if (best != p) {
      std::swap_ranges(&b[best * size], &b[best * size] + size, &b[p * size]);
      std::swap_ranges(&inverse[best * size], &inverse[best * size] + size, &inverse[p * size]);
    }
    const double scale = 1 / b[p * size + p];
    for (std::size_t j = 0; j < size; ++j) {
      b[p * size + j] *= scale;
      inverse[p * size + j] *= scale;
    }
    for (std::size_t i = 0; i < size; ++i) {
      const double factor = b[i * size + p];
      if (i == p || factor == 0) continue;
      kernels::axpy(size, -factor, &b[p * size], &b[i * size]);
      kernels::axpy(size, -factor, &inverse[p * size], &inverse[i * size]);
    }
  }
  updates_ = 0;
  for (std::size_t p = 0; p < size; ++p) {
    std::copy_n(&inverse[p * size], size, inverse_row(static_cast<int>(p)));
    weight_[index(kernel_columns_[p])] = kernels::dot(size, &inverse[p * size], &inverse[p * size]);
  }
}

}  // namespace brink::search
