// A dense bounded dual simplex for small linear programs that change a little and are solved often.
//
//     min c v   s.t.  A v + w = b,   lower <= (v, w) <= upper, all finite
//
// with n structural columns v and one slack w_i per row. Because every column is boxed, any basis
// becomes dual feasible by moving nonbasic columns to the side their reduced cost asks for, so a
// change of costs, bounds, coefficients or rows just continues from the basis at hand.
// The search uses it as an oracle for multipliers only: what it proves is re-derived from them
// (relaxation.h), so nothing here needs to be trusted.
#pragma once

#include <cstddef>
#include <vector>

namespace brink::search {

class DualSimplex {
 public:
  enum class Status {
    optimal,
    infeasible,  ///< `multipliers()` is a ray: the row combination cannot be met in the box
    stalled,     ///< iteration limit or numerical trouble; multipliers are still usable
  };

  /// `columns` structural columns at [0, 0], room for `spare` more, no rows.
  DualSimplex(int columns, int spare);

  int rows() const { return m_; }
  int columns() const { return n_; }

  /// Appends sum coefficient v + w = rhs; returns its index. The slack enters the basis.
  int add_row(const std::vector<double>& coefficients, double rhs, double slack_lower,
              double slack_upper);
  /// Appends a column at [lower, upper], nonbasic; returns its index. `entries`: one per row.
  int add_column(const std::vector<double>& entries, double lower, double upper);
  bool full() const { return n_ == slack_; }
  /// Gives a nonbasic column other entries.
  void overwrite_column(int column, const std::vector<double>& entries);
  bool is_basic(int column) const { return position_[index(column)] >= 0; }
  double reduced_cost(int column) const { return reduced_[index(column)]; }

  void set_column(int column, double lower, double upper);
  void set_cost(int column, double cost) { cost_[index(column)] = cost; }
  void set_rhs(int row, double rhs) { rhs_[index(row)] = rhs; }
  void set_coefficient(int row, int column, double value);
  double rhs(int row) const { return rhs_[index(row)]; }
  double lower(int column) const { return lower_[index(column)]; }
  double upper(int column) const { return upper_[index(column)]; }
  /// out_j = sum over the first `rows` rows of y_i A_ij, for all structural columns.
  void combine_rows(int rows, const double* y, std::vector<double>& out) const;

  Status solve(int iteration_limit = 3000);

  double value(int column) const;
  double objective() const;
  /// y of the last solve: c_B B^{-1}, or the ray when infeasible. Size rows().
  const std::vector<double>& multipliers() const { return multipliers_; }
  long iterations() const { return iterations_; }

 private:
  static constexpr int kSpanGap = 12;  ///< zeros that a span runs over rather than end
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  std::size_t at(int row, int column) const { return index(row) * stride_ + index(column); }
  double* inverse_row(int position) { return inverse_.data() + index(position) * capacity_; }
  const double* inverse_row(int position) const {
    return inverse_.data() + index(position) * capacity_;
  }
  double bound_value(std::size_t column) const {
    return at_upper_[column] ? upper_[column] : lower_[column];
  }

  struct Leaving {
    int position = -1;
    double infeasibility = 0;  ///< > 0
    double direction = 0;      ///< +1: above its upper side, -1: below its lower
  };
  struct Candidate {
    double ratio;
    double size;
    int column;
  };
  /// [begin, end) of indices outside of which all is zero; a few per row or column.
  struct Span {
    int begin, end;
  };

  void grow();
  void write(int row, int column, double value);
  void add_row_to(int row, double factor, double* out) const;
  void update_side(std::size_t column);
  void multiply_inverse(const std::vector<double>& x, std::vector<double>& out);
  void restart();  ///< duals, sides of nonbasic columns and primal values from scratch
  void compute_multipliers();
  void compute_primal();
  bool refactor();
  Leaving choose_leaving() const;
  void compute_pivot_row(int position);
  int choose_entering(const Leaving& leaving);
  void flip_passed();
  bool pivot(const Leaving& leaving, int entering);
  void update_inverse(int position);
  void gather_column(int column, std::vector<double>& entries) const;

  int m_ = 0;
  int n_ = 0;
  int slack_ = 0;             ///< id of the first slack: columns at most
  std::size_t stride_ = 0;    ///< of a_
  std::size_t capacity_ = 0;  ///< rows that fit; stride of inverse_
  std::vector<double> a_, inverse_, rhs_;
  std::vector<double> lower_, upper_, cost_, reduced_;  ///< columns, then slacks
  std::vector<char> at_upper_;
  std::vector<double>
      side_;  ///< nonbasic and not fixed: 1 at its lower side, -1 at its upper; or 0
  std::vector<std::vector<Span>> row_spans_;  ///< of a_
  std::vector<int> position_;                 ///< of a column in the basis, -1 nonbasic
  std::vector<int> basis_;
  std::vector<double> primal_, weight_;  ///< per basis position
  std::vector<double> multipliers_;
  std::vector<double> alpha_;  ///< the pivot row: columns, then slacks
  std::vector<double> column_, shift_;
  std::vector<Span> spans_;
  std::vector<int> eligible_;
  std::vector<Candidate> candidates_;
  std::vector<int> passed_;
  long iterations_ = 0;
  long pivots_since_refactor_ = 0;
};

}  // namespace brink::search
