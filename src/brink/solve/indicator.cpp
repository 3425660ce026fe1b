#include "brink/solve/indicator.h"

#include <algorithm>
#include <cmath>

namespace brink {

namespace {

struct Range {
  double lower = 0;
  double upper = 0;
};

/// Smallest and largest value of the row's expression over the column bounds.
Range activity(const Program& program, const Row& row) {
  Range range;
  for (const Term& term : row.terms) {
    const Column& column = program.columns[static_cast<std::size_t>(term.column)];
    const double a = term.coefficient * column.lower;
    const double b = term.coefficient * column.upper;
    range.lower += std::min(a, b);
    range.upper += std::max(a, b);
  }
  return range;
}

/// Adds `expression <= limit` (sign +1) or `>= limit` (sign -1), relaxed to `extreme` when the
/// binary does not have its value. `extreme` is where the expression can go at most.
void add_big_m(Program& program, const Indicator& indicator, double limit, double extreme,
               double sign) {
  if (sign * extreme <= sign * limit) return;  // always holds
  const double big_m = extreme - limit;        // sign as the direction of relaxation
  LinearExpression expression{0, indicator.row.terms};
  // value 1: expr - M (1 - b) <= limit;  value 0: expr - M b <= limit
  if (indicator.value) {
    expression.constant = -big_m;
    expression.terms.push_back({indicator.binary, big_m});
  } else {
    expression.terms.push_back({indicator.binary, -big_m});
  }
  const std::string suffix = sign > 0 ? "" : "_lo";
  program.add_row(indicator.row.name + suffix, expression, sign > 0 ? -kInfinity : limit,
                  sign > 0 ? limit : kInfinity);
}

}  // namespace

Expected<Program> without_indicators(const Program& program) {
  Program result = program;
  result.indicators.clear();
  for (const Indicator& indicator : program.indicators) {
    const Range range = activity(program, indicator.row);
    const bool upper = std::isfinite(indicator.row.upper);
    const bool lower = std::isfinite(indicator.row.lower);
    if ((upper && !std::isfinite(range.upper)) || (lower && !std::isfinite(range.lower))) {
      return bad_request(
          "indicator '{}' has an unbounded column, so it has no big-M; give the column bounds or "
          "use the big-M formulation",
          indicator.row.name);
    }
    if (upper) add_big_m(result, indicator, indicator.row.upper, range.upper, +1);
    if (lower) add_big_m(result, indicator, indicator.row.lower, range.lower, -1);
  }
  return result;
}

}  // namespace brink
