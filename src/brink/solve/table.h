// A program as solvers' C functions take it: flat arrays, rows with one side, the matrix by
// columns.
#pragma once

#include <vector>

#include "brink/program/program.h"

namespace brink {

/// terms <= rhs ('L'), >= rhs ('G') or = rhs ('E'); where `binary` >= 0, only if that column has
/// the value.
struct SideRow {
  const std::vector<Term>* terms = nullptr;
  char sense = 'L';
  double rhs = 0;
  int binary = -1;
  bool value = true;

  std::vector<int> columns() const;
  std::vector<double> coefficients() const;
};

/// A row with two different sides becomes two, one without any becomes none.
std::vector<SideRow> side_rows(const Program& program);
std::vector<SideRow> indicator_rows(const Program& program);

struct Table {
  std::vector<double> cost, lower, upper;
  std::vector<char> kind;  ///< 'C', 'B' (integer in [0, 1]) or 'I'
  std::vector<char> sense;
  std::vector<double> rhs;
  std::vector<int> start;   ///< of each column in index and value, and the end
  std::vector<int> length;  ///< of each column
  std::vector<int> index;   ///< rows
  std::vector<double> value;

  int columns() const { return static_cast<int>(cost.size()); }
  int rows() const { return static_cast<int>(rhs.size()); }
};
/// `infinity`: the solver's number for it.
Table table_of(const Program& program, const std::vector<SideRow>& rows, double infinity);

/// Sets of type 2 one after the other.
struct SetTable {
  std::vector<int> start;  ///< of each set, and the end
  std::vector<int> columns;
  std::vector<double> weights;
  int sets() const { return static_cast<int>(start.size()) - 1; }
};
SetTable sets_of(const Program& program);

/// Columns with a square in the objective, and its factor.
struct Squares {
  std::vector<int> columns;
  std::vector<double> factors;
  int size() const { return static_cast<int>(columns.size()); }
};
Squares squares_of(const Program& program);

}  // namespace brink
