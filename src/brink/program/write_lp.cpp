// LP format ("CPLEX LP"), in the part of it that SCIP, Gurobi, CPLEX, CBC and GLPK share:
//
// - the offset is the cost of a column fixed to 1, `objective_offset`: GLPK reads no constants;
// - a row with two different finite sides is two rows, name_low and name_high: some readers take no
//   double inequality among the constraints. A row without sides says nothing and is left out;
// - an indicator is `name: z = 1 -> x <= 0` (SCIP, Gurobi, CPLEX);
// - lines are broken long before the 510 characters that CPLEX takes;
// - numbers are the shortest decimals that read back as the same double.
#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "brink/program/write.h"

namespace brink {

namespace {

constexpr std::size_t kLineLength = 200;
constexpr const char* kLpOffset = "objective_offset";

constexpr std::array<std::string_view, 16> kKeywords = {
    "free",   "inf",      "infinity", "st",       "min",      "minimize", "max",     "maximize",
    "bounds", "binaries", "binary",   "generals", "integers", "general",  "integer", "bin"};

/// Letters, digits and underscores are names everywhere, except that a name must not start like a
/// number: with a digit, or with e or E.
bool fits(const std::string& name) {
  if (name.empty() || name.size() > 255 || name == kLpOffset) return false;
  if (std::isdigit(static_cast<unsigned char>(name.front())) != 0) return false;
  if (name.front() == 'e' || name.front() == 'E') return false;
  std::string lower;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return std::find(kKeywords.begin(), kKeywords.end(), lower) == kKeywords.end();
}

Expected<void> check_lp_names(const Program& program) {
  const auto refused = [](const std::string& name) {
    return failure("the name '{}' cannot stand in LP format", name);
  };
  for (const Column& column : program.columns) {
    if (!fits(column.name)) return refused(column.name);
  }
  for (const Row& row : program.rows) {
    if (!fits(row.name)) return refused(row.name);
  }
  for (const Indicator& indicator : program.indicators) {
    if (!fits(indicator.row.name)) return refused(indicator.row.name);
  }
  return {};
}

/// Text whose pieces are kept whole and whose lines stay short.
class Lines {
 public:
  void add(const std::string& piece) {
    if (length_ + piece.size() + 1 > kLineLength) {
      text_ += "\n  ";
      length_ = 2;
    }
    text_ += ' ';
    text_ += piece;
    length_ += piece.size() + 1;
  }
  void end() {
    text_ += '\n';
    length_ = 0;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::size_t length_ = 0;
};

void add_term(Lines& lines, double coefficient, const std::string& name, bool first) {
  const bool negative = coefficient < 0;
  const char* sign = negative ? "- " : first ? "" : "+ ";
  lines.add(fmt::format("{}{} {}", sign, negative ? -coefficient : coefficient, name));
}

const std::string& column_name(const Program& program, int column) {
  return program.columns[static_cast<std::size_t>(column)].name;
}

void add_objective(Lines& lines, const Program& program) {
  lines.add("obj:");
  bool first = true;
  for (const Column& column : program.columns) {
    if (column.cost == 0) continue;
    add_term(lines, column.cost, column.name, first);
    first = false;
  }
  if (program.offset != 0) add_term(lines, program.offset, kLpOffset, first);
  lines.end();
}

/// `label: condition -> sum relation side`; condition may be empty.
void add_relation(Lines& lines, const Program& program, const std::string& label,
                  const std::string& condition, const Row& row, const char* relation, double side) {
  lines.add(label + ":");
  if (!condition.empty()) lines.add(condition + " ->");
  for (std::size_t i = 0; i < row.terms.size(); ++i) {
    add_term(lines, row.terms[i].coefficient, column_name(program, row.terms[i].column), i == 0);
  }
  // An empty sum needs a column to be a row at all.
  if (row.terms.empty()) add_term(lines, 0, column_name(program, 0), true);
  lines.add(fmt::format("{} {}", relation, side));
  lines.end();
}

void add_constraint(Lines& lines, const Program& program, const std::string& condition,
                    const Row& row) {
  if (row.lower == row.upper) {
    return add_relation(lines, program, row.name, condition, row, "=", row.lower);
  }
  const bool both = row.lower != -kInfinity && row.upper != kInfinity;
  if (row.lower != -kInfinity) {
    add_relation(lines, program, row.name + (both ? "_low" : ""), condition, row, ">=", row.lower);
  }
  if (row.upper != kInfinity) {
    add_relation(lines, program, row.name + (both ? "_high" : ""), condition, row, "<=", row.upper);
  }
}

void add_bound(Lines& lines, const Column& column) {
  if (column.lower == 0 && column.upper == kInfinity) return;
  if (column.integer && column.lower == 0 && column.upper == 1) return;  // listed as binary
  if (column.lower == column.upper) {
    lines.add(fmt::format("{} = {}", column.name, column.lower));
  } else if (column.lower == -kInfinity && column.upper == kInfinity) {
    lines.add(fmt::format("{} free", column.name));
  } else if (column.upper == kInfinity) {
    lines.add(fmt::format("{} >= {}", column.name, column.lower));
  } else {
    const std::string low = column.lower == -kInfinity ? "-inf" : fmt::format("{}", column.lower);
    lines.add(fmt::format("{} <= {} <= {}", low, column.name, column.upper));
  }
  lines.end();
}

/// The section `title` with the names of all integer columns that are (not) binary.
std::string integer_section(const Program& program, const char* title, bool binary) {
  Lines lines;
  for (const Column& column : program.columns) {
    const bool is_binary = column.lower == 0 && column.upper == 1;
    if (column.integer && is_binary == binary) lines.add(column.name);
  }
  return lines.text().empty() ? "" : fmt::format("{}\n{}\n", title, lines.text());
}

}  // namespace

Expected<std::string> to_lp(const Program& program) {
  if (auto ok = check(program); !ok) return tl::unexpected(ok.error());
  if (program.has_squares() || !program.sos2.empty()) {
    return failure("squares and sets of type 2 are not written");
  }
  if (auto ok = check_lp_names(program); !ok) return tl::unexpected(ok.error());
  if (program.columns.empty())
    return failure("a program without columns cannot stand in LP format");

  Lines objective, constraints, bounds;
  add_objective(objective, program);
  for (const Row& row : program.rows) add_constraint(constraints, program, "", row);
  for (const Indicator& indicator : program.indicators) {
    const std::string condition =
        fmt::format("{} = {}", column_name(program, indicator.binary), indicator.value ? 1 : 0);
    add_constraint(constraints, program, condition, indicator.row);
  }
  for (const Column& column : program.columns) add_bound(bounds, column);
  if (program.offset != 0) {
    bounds.add(fmt::format("{} = 1", kLpOffset));
    bounds.end();
  }
  return fmt::format("\\ {}\nMinimize\n{}Subject To\n{}Bounds\n{}{}{}End\n", program.name,
                     objective.text(), constraints.text(), bounds.text(),
                     integer_section(program, "Binaries", true),
                     integer_section(program, "Generals", false));
}

}  // namespace brink
