// The readable listing of a program. Every number is the shortest that reads back the same, so a
// test that compares listings compares programs.
#include "brink/program/program.h"

namespace brink {

namespace {

/// " + 2 x" or " - x"; the first term of a sum has no leading plus.
void append_term(std::string& text, double coefficient, const std::string& name, bool first) {
  const bool negative = coefficient < 0;
  const double size = negative ? -coefficient : coefficient;
  text += first ? (negative ? "-" : "") : (negative ? " - " : " + ");
  if (size != 1) text += fmt::format("{} ", size);
  text += name;
}

std::string sum_text(const Program& program, const std::vector<Term>& terms) {
  std::string text;
  for (const Term& term : terms) {
    append_term(text, term.coefficient, program.columns[static_cast<std::size_t>(term.column)].name,
                text.empty());
  }
  return text.empty() ? "0" : text;
}

/// "1 <= a <= 2", "a = 1", "a >= 1", "a <= 2", "a free".
std::string between(const std::string& middle, double lower, double upper) {
  if (lower == upper) return fmt::format("{} = {}", middle, lower);
  if (lower == -kInfinity && upper == kInfinity) return fmt::format("{} free", middle);
  if (lower == -kInfinity) return fmt::format("{} <= {}", middle, upper);
  if (upper == kInfinity) return fmt::format("{} >= {}", middle, lower);
  return fmt::format("{} <= {} <= {}", lower, middle, upper);
}

std::string row_text(const Program& program, const Row& row) {
  return fmt::format("{}: {}", row.name,
                     between(sum_text(program, row.terms), row.lower, row.upper));
}

std::string column_text(const Column& column) {
  if (column.integer && column.lower == 0 && column.upper == 1) return column.name + " binary";
  return between(column.name, column.lower, column.upper) + (column.integer ? ", integer" : "");
}

std::string objective_text(const Program& program) {
  std::string text;
  for (const Column& column : program.columns) {
    if (column.cost != 0) append_term(text, column.cost, column.name, text.empty());
    if (column.square != 0) append_term(text, column.square, column.name + "^2", text.empty());
  }
  if (program.offset != 0 || text.empty()) {
    if (text.empty()) return fmt::format("{}", program.offset);
    text += fmt::format(" {} {}", program.offset < 0 ? '-' : '+',
                        program.offset < 0 ? -program.offset : program.offset);
  }
  return text;
}

}  // namespace

std::string to_text(const Program& program) {
  std::string text = fmt::format("min {}\nrows\n", objective_text(program));
  for (const Row& row : program.rows) text += fmt::format("  {}\n", row_text(program, row));
  if (!program.indicators.empty()) text += "indicators\n";
  for (const Indicator& indicator : program.indicators) {
    text += fmt::format("  {} = {} -> {}\n",
                        program.columns[static_cast<std::size_t>(indicator.binary)].name,
                        indicator.value ? 1 : 0, row_text(program, indicator.row));
  }
  if (!program.sos2.empty()) text += "sets\n";
  for (const Sos2& set : program.sos2) {
    std::string members;
    for (const int column : set.columns) {
      members += members.empty() ? "" : ", ";
      members += program.columns[static_cast<std::size_t>(column)].name;
    }
    text += fmt::format("  {}: at most two neighbours of {}\n", set.name, members);
  }
  text += "columns\n";
  for (const Column& column : program.columns) text += fmt::format("  {}\n", column_text(column));
  return text;
}

}  // namespace brink
