// The matrix is put together by columns, which is how CLP keeps it: CoinPackedMatrix's own
// constructor from triplets looks for equal entries for longer than small programs take to solve.
#include "brink/solve/coin.h"

#include <cmath>
#include <coin/CoinFinite.hpp>
#include <numeric>

namespace brink::coin {

namespace {

CoinPackedMatrix matrix_of(const Program& program) {
  std::vector<CoinBigIndex> starts(program.columns.size() + 1, 0);
  for (const Row& row : program.rows) {
    for (const Term& term : row.terms) ++starts[static_cast<std::size_t>(term.column) + 1];
  }
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  const auto size = static_cast<std::size_t>(starts.back());
  std::vector<CoinBigIndex> next(starts.begin(), starts.end() - 1);
  std::vector<int> rows(size);
  std::vector<double> elements(size);
  for (std::size_t r = 0; r < program.rows.size(); ++r) {
    for (const Term& term : program.rows[r].terms) {
      const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(term.column)]++);
      rows[place] = static_cast<int>(r);
      elements[place] = term.coefficient;
    }
  }
  return {true,
          static_cast<int>(program.rows.size()),
          static_cast<int>(program.columns.size()),
          starts.back(),
          elements.data(),
          rows.data(),
          starts.data(),
          nullptr};
}

}  // namespace

double bound(double value) {
  return std::isinf(value) ? (value > 0 ? COIN_DBL_MAX : -COIN_DBL_MAX) : value;
}

Arrays arrays_of(const Program& program) {
  Arrays arrays;
  arrays.matrix = matrix_of(program);
  for (const Column& column : program.columns) {
    arrays.lower.push_back(bound(column.lower));
    arrays.upper.push_back(bound(column.upper));
    arrays.cost.push_back(column.cost);
  }
  for (const Row& row : program.rows) {
    arrays.row_lower.push_back(bound(row.lower));
    arrays.row_upper.push_back(bound(row.upper));
  }
  return arrays;
}

}  // namespace brink::coin
