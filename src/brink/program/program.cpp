// Building and checking a program. Rows are brought to one canonical form here (columns ascending,
// none twice, no zero coefficients, the constant moved to the sides), so that formulations can
// write expressions as they come and solvers and writers need no care.
#include "brink/program/program.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace brink {

namespace {

std::vector<Term> merged(std::vector<Term> terms) {
  const auto before = [](const Term& a, const Term& b) { return a.column < b.column; };
  if (!std::is_sorted(terms.begin(), terms.end(), before)) {
    std::stable_sort(terms.begin(), terms.end(), before);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < terms.size();) {
    Term sum = terms[i];
    for (++i; i < terms.size() && terms[i].column == sum.column; ++i) {
      sum.coefficient += terms[i].coefficient;
    }
    if (sum.coefficient != 0) terms[kept++] = sum;
  }
  terms.resize(kept);
  return terms;
}

Row make_row(std::string name, const LinearExpression& expression, double lower, double upper) {
  return {std::move(name), merged(expression.terms), lower - expression.constant,
          upper - expression.constant};
}

Expected<void> check_row(const Program& program, const Row& row) {
  if (row.name.empty()) return failure("program {}: a row has no name", program.name);
  if (!(row.lower <= row.upper) || row.lower == kInfinity || row.upper == -kInfinity) {
    return failure("row {} has sides {} and {}; they must not cross", row.name, row.lower,
                   row.upper);
  }
  int previous = -1;
  for (const Term& term : row.terms) {
    if (term.column < 0 || term.column >= static_cast<int>(program.columns.size())) {
      return failure("row {} names column number {} of {}", row.name, term.column,
                     program.columns.size());
    }
    if (term.column <= previous) {
      return failure("row {} has its columns out of order or one twice (use add_row)", row.name);
    }
    if (!std::isfinite(term.coefficient)) {
      return failure("row {} has coefficient {} on {}", row.name, term.coefficient,
                     program.columns[static_cast<std::size_t>(term.column)].name);
    }
    previous = term.column;
  }
  return {};
}

Expected<void> check_column(const Column& column) {
  if (column.name.empty()) return failure("a column has no name");
  if (!(column.lower <= column.upper) || column.lower == kInfinity || column.upper == -kInfinity) {
    return failure("column {} has bounds {} and {}; they must not cross", column.name, column.lower,
                   column.upper);
  }
  if (!std::isfinite(column.cost)) {
    return failure("column {} has cost {}", column.name, column.cost);
  }
  if (!(column.square >= 0) || !std::isfinite(column.square)) {
    return failure("column {} has cost {} of its square", column.name, column.square);
  }
  return {};
}

Expected<void> check_indicator(const Program& program, const Indicator& indicator) {
  const auto count = static_cast<int>(program.columns.size());
  if (indicator.binary < 0 || indicator.binary >= count) {
    return failure("indicator {} names column number {} of {}", indicator.row.name,
                   indicator.binary, count);
  }
  const Column& binary = program.columns[static_cast<std::size_t>(indicator.binary)];
  if (!binary.integer || binary.lower < 0 || binary.upper > 1) {
    return failure("indicator {} depends on {}, which is not binary", indicator.row.name,
                   binary.name);
  }
  return check_row(program, indicator.row);
}

Expected<void> check_set(const Program& program, const Sos2& set) {
  if (set.name.empty()) return failure("program {}: a set has no name", program.name);
  std::unordered_set<int> seen;
  for (const int column : set.columns) {
    if (column < 0 || column >= static_cast<int>(program.columns.size())) {
      return failure("set {} names column number {} of {}", set.name, column,
                     program.columns.size());
    }
    const Column& member = program.columns[static_cast<std::size_t>(column)];
    if (!seen.insert(column).second) {
      return failure("set {} has column {} twice", set.name, member.name);
    }
    if (member.lower != 0) {
      return failure("set {}: column {} has lower bound {}, not 0", set.name, member.name,
                     member.lower);
    }
  }
  return {};
}

/// The largest value that a set must not have: all but the best two neighbours.
double set_violation(const Sos2& set, const std::vector<double>& values) {
  double least = kInfinity;
  for (std::size_t first = 0; first < set.columns.size(); ++first) {
    double most = 0;
    for (std::size_t i = 0; i < set.columns.size(); ++i) {
      if (i == first || i == first + 1) continue;
      most = std::max(most, std::abs(values[static_cast<std::size_t>(set.columns[i])]));
    }
    least = std::min(least, most);
  }
  return set.columns.empty() ? 0 : least;
}

/// How far `value` lies outside [lower, upper].
double outside(double value, double lower, double upper) {
  return std::max({0.0, lower - value, value - upper});
}

double row_violation(const Row& row, const std::vector<double>& values) {
  double sum = 0;
  for (const Term& term : row.terms) {
    sum += term.coefficient * values[static_cast<std::size_t>(term.column)];
  }
  return outside(sum, row.lower, row.upper);
}

}  // namespace

int Program::add_column(Column column) {
  columns.push_back(std::move(column));
  return static_cast<int>(columns.size()) - 1;
}

int Program::add_binary(std::string column_name, double cost) {
  return add_column({std::move(column_name), 0, 1, cost, true});
}

void Program::add_row(std::string row_name, const LinearExpression& expression, double lower,
                      double upper) {
  rows.push_back(make_row(std::move(row_name), expression, lower, upper));
}

void Program::add_indicator(int binary, bool value, std::string row_name,
                            const LinearExpression& expression, double lower, double upper) {
  indicators.push_back({binary, value, make_row(std::move(row_name), expression, lower, upper)});
}

int Program::integer_count() const {
  return static_cast<int>(
      std::count_if(columns.begin(), columns.end(), [](const Column& c) { return c.integer; }));
}

bool Program::has_squares() const {
  return std::any_of(columns.begin(), columns.end(), [](const Column& c) { return c.square != 0; });
}

Expected<void> check(const Program& program) {
  if (!std::isfinite(program.offset))
    return failure("the objective's offset is {}", program.offset);
  std::unordered_set<std::string_view> names;
  for (const Column& column : program.columns) {
    if (auto ok = check_column(column); !ok) return ok;
    if (!names.insert(column.name).second) return failure("two columns named {}", column.name);
  }
  names.clear();  // a row may share its name with a column
  for (const Row& row : program.rows) {
    if (auto ok = check_row(program, row); !ok) return ok;
    if (!names.insert(row.name).second) return failure("two rows named {}", row.name);
  }
  for (const Indicator& indicator : program.indicators) {
    if (auto ok = check_indicator(program, indicator); !ok) return ok;
    if (!names.insert(indicator.row.name).second) {
      return failure("two rows named {}", indicator.row.name);
    }
  }
  for (const Sos2& set : program.sos2) {
    if (auto ok = check_set(program, set); !ok) return ok;
    if (!names.insert(set.name).second) return failure("two rows named {}", set.name);
  }
  return {};
}

double max_violation(const Program& program, const std::vector<double>& values) {
  if (values.size() != program.columns.size()) return kInfinity;
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) return kInfinity;
    const Column& column = program.columns[i];
    worst = std::max(worst, outside(values[i], column.lower, column.upper));
    if (column.integer) worst = std::max(worst, std::abs(values[i] - std::round(values[i])));
  }
  for (const Row& row : program.rows) worst = std::max(worst, row_violation(row, values));
  for (const Indicator& indicator : program.indicators) {
    const bool on = values[static_cast<std::size_t>(indicator.binary)] >= 0.5;
    if (on == indicator.value) worst = std::max(worst, row_violation(indicator.row, values));
  }
  for (const Sos2& set : program.sos2) worst = std::max(worst, set_violation(set, values));
  return worst;
}

double objective_value(const Program& program, const std::vector<double>& values) {
  double sum = program.offset;
  for (std::size_t i = 0; i < program.columns.size(); ++i) {
    const Column& column = program.columns[i];
    if (column.cost != 0) sum += column.cost * values[i];
    if (column.square != 0) sum += column.square * values[i] * values[i];
  }
  return sum;
}

}  // namespace brink
