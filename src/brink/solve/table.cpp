#include "brink/solve/table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace brink {

namespace {

void add_sides(std::vector<SideRow>& rows, const Row& row, int binary, bool value) {
  if (row.lower == row.upper) {
    rows.push_back({&row.terms, 'E', row.lower, binary, value});
    return;
  }
  if (std::isfinite(row.lower)) rows.push_back({&row.terms, 'G', row.lower, binary, value});
  if (std::isfinite(row.upper)) rows.push_back({&row.terms, 'L', row.upper, binary, value});
}

double finite(double value, double infinity) {
  return std::isinf(value) ? std::copysign(infinity, value) : value;
}

}  // namespace

std::vector<int> SideRow::columns() const {
  std::vector<int> result;
  for (const Term& term : *terms) result.push_back(term.column);
  return result;
}

std::vector<double> SideRow::coefficients() const {
  std::vector<double> result;
  for (const Term& term : *terms) result.push_back(term.coefficient);
  return result;
}

std::vector<SideRow> side_rows(const Program& program) {
  std::vector<SideRow> rows;
  for (const Row& row : program.rows) add_sides(rows, row, -1, true);
  return rows;
}

std::vector<SideRow> indicator_rows(const Program& program) {
  std::vector<SideRow> rows;
  for (const Indicator& indicator : program.indicators) {
    add_sides(rows, indicator.row, indicator.binary, indicator.value);
  }
  return rows;
}

Table table_of(const Program& program, const std::vector<SideRow>& rows, double infinity) {
  Table table;
  for (const Column& column : program.columns) {
    table.cost.push_back(column.cost);
    table.lower.push_back(finite(column.lower, infinity));
    table.upper.push_back(finite(column.upper, infinity));
    const bool binary = column.integer && column.lower >= 0 && column.upper <= 1;
    table.kind.push_back(binary ? 'B' : column.integer ? 'I' : 'C');
  }
  table.length.assign(program.columns.size(), 0);
  for (const SideRow& row : rows) {
    table.sense.push_back(row.sense);
    table.rhs.push_back(row.rhs);
    for (const Term& term : *row.terms) ++table.length[static_cast<std::size_t>(term.column)];
  }
  table.start.assign(program.columns.size() + 1, 0);
  std::partial_sum(table.length.begin(), table.length.end(), table.start.begin() + 1);
  const auto size = static_cast<std::size_t>(table.start.back());
  table.index.resize(size);
  table.value.resize(size);
  std::vector<int> next(table.start.begin(), table.start.end() - 1);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (const Term& term : *rows[r].terms) {
      const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(term.column)]++);
      table.index[place] = static_cast<int>(r);
      table.value[place] = term.coefficient;
    }
  }
  return table;
}

SetTable sets_of(const Program& program) {
  SetTable table;
  table.start.push_back(0);
  for (const Sos2& set : program.sos2) {
    double weight = 0;
    for (const int column : set.columns) {
      table.columns.push_back(column);
      table.weights.push_back(++weight);
    }
    table.start.push_back(static_cast<int>(table.columns.size()));
  }
  return table;
}

Squares squares_of(const Program& program) {
  Squares squares;
  for (std::size_t c = 0; c < program.columns.size(); ++c) {
    if (program.columns[c].square == 0) continue;
    squares.columns.push_back(static_cast<int>(c));
    squares.factors.push_back(program.columns[c].square);
  }
  return squares;
}

}  // namespace brink
