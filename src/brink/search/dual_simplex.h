// A bounded dual simplex for small linear programs that change a little and are solved often.
//
//     min c v + d w   s.t.  A v + w = b,   lower <= (v, w) <= upper, all finite
//
// with n structural columns v and one slack w_i per row. Because every column is boxed, any basis
// becomes dual feasible by moving nonbasic columns to the side their reduced cost asks for, so a
// change of costs, bounds, coefficients or rows just continues from the basis at hand.
// The search uses it as an oracle for multipliers only: what it proves is re-derived from them
// (relaxation.h), so nothing here needs to be trusted.
#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/base/zeroed.h"
#include "brink/search/kernels.h"

namespace brink::search {

class DualSimplex {
 public:
  enum class Status {
    optimal,
    cutoff,      ///< the objective, which rises but for perturbations, passed the cutoff
    infeasible,  ///< `multipliers()` is a ray: the row combination cannot be met in the box
    stalled,     ///< iteration limit, deadline or numerical trouble; multipliers are still usable
  };

  /// `columns` structural columns at [0, 0], room for `spare` more and for `rows` rows.
  DualSimplex(int columns, int spare, int rows);

  int rows() const { return m_; }
  int columns() const { return n_; }
  /// The slack of a row, as a column for the functions below.
  int slack(int row) const { return slack_ + row; }

  /// Appends sum coefficient v + w = rhs; returns its index. The slack enters the basis.
  int add_row(const std::vector<double>& coefficients, double rhs, double slack_lower,
              double slack_upper);
  /// Gives a row other coefficients, for as many columns as are given, and another right side.
  void overwrite_row(int row, const std::vector<double>& coefficients, double rhs);
  /// Appends a column at [lower, upper], nonbasic; returns its index. `entries`: one per row.
  int add_column(const std::vector<double>& entries, double lower, double upper);
  bool full() const { return n_ == slack_; }
  /// Gives a nonbasic column other entries.
  void overwrite_column(int column, const std::vector<double>& entries);
  bool is_basic(int column) const {
    return column < slack_ ? place_[index(column)] >= 0 : row_place_[index(column - slack_)] < 0;
  }
  double reduced_cost(int column) const { return reduced_[index(column)]; }

  void set_column(int column, double lower, double upper) {
    lower_[index(column)] = lower;
    upper_[index(column)] = upper;
  }
  /// `perturbation` breaks ties between pivots; objective() is without it.
  void set_cost(int column, double cost, double perturbation = 0);
  void set_rhs(int row, double rhs) { rhs_[index(row)] = rhs; }
  double rhs(int row) const { return rhs_[index(row)]; }
  double lower(int column) const { return lower_[index(column)]; }
  double upper(int column) const { return upper_[index(column)]; }
  /// out += factor times the row's coefficients, `out` of columns() entries.
  void add_row_to(int row, double factor, double* out) const;

  Status solve(double cutoff = std::numeric_limits<double>::infinity(),
               const Deadline& deadline = {});

  double value(int column) const {
    return is_basic(column) ? value_[index(column)] : bound_value(index(column));
  }
  /// Of the basis at hand, without perturbations.
  double objective() const;
  /// y of the last solve: c_B B^{-1}, or the ray when infeasible. Size rows().
  const std::vector<double>& multipliers() const { return multipliers_; }
  long iterations() const { return iterations_; }

 private:
  static constexpr long kRefactorEvery = 2000;
  static constexpr int kIterationLimit = 3000;
  static constexpr int kSpanGap = 40;  ///< zeros that a span runs over rather than end
  using Span = kernels::Span;
  struct Leaving {
    int variable = -1;
    double infeasibility = 0;  ///< > 0
    double direction = 0;      ///< +1: above its upper side, -1: below its lower
  };
  struct Candidate {
    double ratio;
    double size;
    int column;
  };

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  double& entry(int row, int column) { return a_[index(row) * stride_ + index(column)]; }
  double entry(int row, int column) const { return a_[index(row) * stride_ + index(column)]; }
  const double* column_entries(int column) const { return t_.data() + index(column) * capacity_; }
  double* inverse_row(int position) { return inverse_.data() + index(position) * capacity_; }
  const double* inverse_row(int position) const {
    return inverse_.data() + index(position) * capacity_;
  }
  int kernel_size() const { return static_cast<int>(kernel_columns_.size()); }
  double bound_value(std::size_t column) const {
    return at_upper_[column] ? upper_[column] : lower_[column];
  }

  static void cover(std::vector<Span>& spans, int i);
  void write(int row, int column, double value);
  void add_column_to(int column, double factor, double* out) const;
  void update_side(int column);
  void row_of_inverse(int variable);
  void solve_column(std::vector<double>& out);
  void move_basics(double factor, const std::vector<double>& direction);
  void restart();  ///< duals, sides of nonbasic columns and primal values from scratch
  void compute_multipliers();
  void compute_reduced_costs();
  void compute_values();
  void refactor(const Deadline& deadline);
  void forget_basis();
  Leaving choose_leaving() const;
  void compute_pivot_row(int variable);
  int choose_entering(const Leaving& leaving);
  void flip_passed();
  bool pivot(const Leaving& leaving, int entering);
  void update_weights(int leaving);
  void update_kernel(int leaving, int entering);
  void swap_places(int leaving, int entering, double scale);

  int m_ = 0;
  int n_ = 0;
  int slack_ = 0;             ///< id of the first slack: columns at most
  std::size_t stride_ = 0;    ///< of a_
  std::size_t capacity_ = 0;  ///< rows that fit; stride of t_ and inverse_
  Zeroed a_, t_;              ///< the coefficients by rows and by columns
  std::vector<double> rhs_;
  std::vector<std::vector<Span>> row_spans_, column_spans_;

  std::vector<std::pair<int, double>> objective_;  ///< column and cost, where it is not zero

  // By variable: structural columns, then slacks.
  std::vector<double> lower_, upper_, cost_, reduced_;
  std::vector<char> at_upper_;
  std::vector<double>
      side_;  ///< nonbasic and not fixed: 1 at its lower side, -1 at its upper; or 0
  std::vector<double> value_;  ///< of basic variables
  std::vector<double>
      weight_;  ///< squared norm of a basic variable's row of the inverse; a slack's is an estimate
  std::vector<double> alpha_;            ///< the pivot row
  std::vector<double> direction_, tau_;  ///< the entering column, and B^{-1} of the pivot's row

  // The kernel: basic structural columns and the rows whose slacks are not basic.
  std::vector<int> kernel_columns_, tight_rows_;
  std::vector<int> place_, row_place_;  ///< of a column or row in them, or -1
  Zeroed inverse_;                      ///< of the kernel
  std::vector<double> rho_;             ///< the leaving variable's row of the inverse, tight rows

  std::vector<double> multipliers_;
  std::vector<double> work_, gathered_;
  std::vector<int> eligible_;
  std::vector<Candidate> candidates_;
  std::vector<int> passed_;
  long iterations_ = 0;
  long updates_ = 0;  ///< of the inverse, since it was made afresh
};

}  // namespace brink::search
