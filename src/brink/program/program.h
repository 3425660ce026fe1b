// The mixed-integer program as a plain value.
//
//     min  offset + sum_i cost_i v_i + square_i v_i^2
//     s.t. row_lower_r <= sum_i a_ri v_i <= row_upper_r
//          lower_i <= v_i <= upper_i,  v_i integer for i in I
//          v_b = value  =>  indicator row holds                 (indicators)
//          at most two of a set, neighbours, are not 0          (SOS2)
// No solver is known here; formulations build it, solvers and writers read it.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Term {
  int column = 0;
  double coefficient = 0;
};

/// An affine expression: constant + sum of terms.
struct LinearExpression {
  double constant = 0;
  std::vector<Term> terms;
};

struct Column {
  std::string name;
  double lower = 0;
  double upper = kInfinity;
  double cost = 0;
  bool integer = false;
  double square = 0;  ///< >= 0: the cost of v^2
};

struct Row {
  std::string name;
  std::vector<Term> terms;  ///< no column twice (see add_row)
  double lower = -kInfinity;
  double upper = kInfinity;
};

struct Indicator {
  int binary = 0;     ///< a 0-1 column
  bool value = true;  ///< the row must hold when the column has this value
  Row row;
};

/// At most two of the columns are not 0, and these stand side by side.
struct Sos2 {
  std::string name;
  std::vector<int> columns;  ///< lower bound 0
};

struct Program {
  std::string name = "brink";
  double offset = 0;
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<Indicator> indicators;
  std::vector<Sos2> sos2;

  int add_column(Column column);
  int add_binary(std::string name, double cost = 0);
  /// lower <= expression <= upper; the constant moves to the sides, equal columns are merged.
  void add_row(std::string name, const LinearExpression& expression, double lower, double upper);
  void add_indicator(int binary, bool value, std::string name, const LinearExpression& expression,
                     double lower, double upper);
  int integer_count() const;
  bool has_squares() const;
};

/// Says what is malformed: an index out of range, crossed or NaN bounds, an indicator on a column
/// that is not binary, a negative square, a set with a column twice or of negative lower bound, a
/// name used twice.
Expected<void> check(const Program& program);

/// What breaks most at `values` among bounds, rows, integrality, indicators and sets (0: feasible).
double max_violation(const Program& program, const std::vector<double>& values);

double objective_value(const Program& program, const std::vector<double>& values);

/// A readable listing, for tests and curious people.
std::string to_text(const Program& program);

}  // namespace brink
