// Free-format MPS, minimisation. Points on which readers differ, and what is written:
//
// - the NAME line ends in FREE: CBC and CLP take the file for fixed format without it;
// - the offset is the cost of a column fixed to 1, `objective_offset`. The right-hand side of the
//   objective row would be the usual place, but CBC subtracts it and GLPK adds it;
// - integer columns stand between INTORG and INTEND markers and always get both bounds, for some
//   readers give them an upper bound of 1 when there is none;
// - bounds are the default [0, inf) or written out, lower before upper: a negative upper bound
// alone
//   would move the lower one to -inf in some readers;
// - a row with two different finite sides is L with a range, lower = rhs - range: exact unless the
//   subtraction rounds, so then it is written as two rows;
// - a row without sides is an N row after the objective;
// - numbers are the shortest decimals that read back as the same double.
#include <algorithm>

#include "brink/program/write.h"

namespace brink {

namespace {

constexpr const char* kObjective = "cost";
constexpr const char* kMpsOffset = "objective_offset";

/// A row as MPS has it: type, rhs, and an optional range.
struct MpsRow {
  std::string name;
  char type = 'N';
  double rhs = 0;
  double range = 0;
};

/// One or two rows for one of ours.
std::vector<MpsRow> mps_rows(const Row& row) {
  if (row.lower == row.upper) return {{row.name, 'E', row.lower, 0}};
  if (row.lower == -kInfinity && row.upper == kInfinity) return {{row.name, 'N', 0, 0}};
  if (row.lower == -kInfinity) return {{row.name, 'L', row.upper, 0}};
  if (row.upper == kInfinity) return {{row.name, 'G', row.lower, 0}};
  const double range = row.upper - row.lower;
  if (row.upper - range == row.lower) return {{row.name, 'L', row.upper, range}};
  return {{row.name + "_low", 'G', row.lower, 0}, {row.name + "_high", 'L', row.upper, 0}};
}

Expected<void> check_mps_names(const Program& program) {
  const auto fits = [](const std::string& name) {
    return name != kObjective && name != kMpsOffset &&
           name.find_first_of(" \t\r\n") == std::string::npos && name.find_first_of("$*") != 0 &&
           name.size() <= 255;
  };
  if (!fits(program.name)) return failure("program name '{}' cannot stand in MPS", program.name);
  for (const Column& column : program.columns) {
    if (!fits(column.name)) return failure("column name '{}' cannot stand in MPS", column.name);
  }
  for (const Row& row : program.rows) {
    if (!fits(row.name)) return failure("row name '{}' cannot stand in MPS", row.name);
  }
  return {};
}

std::string bound_lines(const Column& column) {
  const auto line = [&column](const char* type, double value) {
    return fmt::format(" {} BND {} {}\n", type, column.name, value);
  };
  const auto bare = [&column](const char* type) {
    return fmt::format(" {} BND {}\n", type, column.name);
  };
  if (!column.integer && column.lower == 0 && column.upper == kInfinity) return "";
  if (column.lower == column.upper) return line("FX", column.lower);
  if (column.lower == -kInfinity && column.upper == kInfinity) return bare("FR");
  std::string text = column.lower == -kInfinity ? bare("MI") : line("LO", column.lower);
  text += column.upper == kInfinity ? bare("PL") : line("UP", column.upper);
  return text;
}

/// Entries of every column: names of MPS rows with coefficients.
using Entries = std::vector<std::vector<std::pair<std::string, double>>>;

std::string columns_section(const Program& program, const Entries& entries) {
  std::string text = "COLUMNS\n";
  bool integers = false;
  int markers = 0;
  const auto mark = [&](bool begin) {
    text += fmt::format(" MARKER{} 'MARKER' '{}'\n", markers++, begin ? "INTORG" : "INTEND");
    integers = begin;
  };
  for (std::size_t i = 0; i < program.columns.size(); ++i) {
    const Column& column = program.columns[i];
    if (column.integer != integers) mark(column.integer);
    if (column.cost != 0 || entries[i].empty()) {
      text += fmt::format(" {} {} {}\n", column.name, kObjective, column.cost);
    }
    for (const auto& [row, coefficient] : entries[i]) {
      text += fmt::format(" {} {} {}\n", column.name, row, coefficient);
    }
  }
  if (integers) mark(false);
  if (program.offset != 0)
    text += fmt::format(" {} {} {}\n", kMpsOffset, kObjective, program.offset);
  return text;
}

}  // namespace

Expected<std::string> to_mps(const Program& program) {
  if (!program.indicators.empty()) {
    return bad_request(
        "MPS has no indicator constraints; use --formulation bigm, or write an .lp file");
  }
  if (auto ok = check(program); !ok) return tl::unexpected(ok.error());
  if (program.has_squares() || !program.sos2.empty()) {
    return failure("squares and sets of type 2 are not written");
  }
  if (auto ok = check_mps_names(program); !ok) return tl::unexpected(ok.error());

  std::string rows = fmt::format("ROWS\n N {}\n", kObjective);
  std::string rhs = "RHS\n", ranges;
  Entries entries(program.columns.size());
  for (const Row& row : program.rows) {
    for (const MpsRow& line : mps_rows(row)) {
      rows += fmt::format(" {} {}\n", line.type, line.name);
      if (line.rhs != 0) rhs += fmt::format(" RHS {} {}\n", line.name, line.rhs);
      if (line.range != 0) ranges += fmt::format(" RNG {} {}\n", line.name, line.range);
      for (const Term& term : row.terms) {
        entries[static_cast<std::size_t>(term.column)].emplace_back(line.name, term.coefficient);
      }
    }
  }
  std::string bounds = "BOUNDS\n";
  for (const Column& column : program.columns) bounds += bound_lines(column);
  if (program.offset != 0) bounds += fmt::format(" FX BND {} 1\n", kMpsOffset);
  if (!ranges.empty()) ranges = "RANGES\n" + ranges;
  return fmt::format("NAME {} FREE\n{}{}{}{}{}ENDATA\n", program.name, rows,
                     columns_section(program, entries), rhs, ranges, bounds);
}

}  // namespace brink
