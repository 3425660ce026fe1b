// A new column is a line in kColumns, where it is printed, and one in read_closest_row.
#include "brink/report/closest_columns.h"

#include <cmath>

#include "brink/report/decimal.h"
#include "brink/report/text_table.h"

namespace brink {

namespace {

using Row = ClosestRow;

/// Rounded up or down to 9 digits, to the side that keeps the claim true.
std::string up(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? decimal_up(*value) : "";
}
std::string down(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? decimal_down(*value) : "";
}
std::string seconds(double value) {
  return fmt::format("{:.3f}", value);
}
std::string class_or_none(int number) {
  return number < 0 ? "" : fmt::format("{}", number);
}
std::string flag(bool value) {
  return value ? "1" : "0";
}

struct Printed {
  const char* name;
  std::string (*text)(const Row& row);
};

/// All but the last, which is the table's and not the answer's.
constexpr Printed kColumns[] = {
    {"image", [](const Row& row) { return fmt::format("{}", row.image); }},
    {"label", [](const Row& row) { return class_or_none(row.label); }},
    {"target", [](const Row& row) { return class_or_none(row.answer.target); }},
    {"norm", [](const Row& row) { return std::string(name(row.norm)); }},
    {"status", [](const Row& row) { return std::string(name(row.answer.status)); }},
    {"distance", [](const Row& row) { return up(row.answer.distance); }},
    {"bound", [](const Row& row) { return down(row.answer.bound); }},
    {"gap", [](const Row& row) { return up(row.answer.gap()); }},
    {"nodes", [](const Row& row) { return fmt::format("{}", row.answer.nodes); }},
    {"seconds", [](const Row& row) { return seconds(row.answer.seconds); }},
    {"bound_seconds", [](const Row& row) { return seconds(row.answer.bound_seconds); }},
    {"verified", [](const Row& row) { return flag(row.answer.verified); }},
    {"all_zero", [](const Row& row) { return flag(row.answer.all_zero); }},
    {"linearised", [](const Row& row) { return up(row.answer.linearised); }},
    {"linearised_bound", [](const Row& row) { return down(row.answer.linearised_bound); }},
    {"proof", [](const Row& row) { return csv_field(row.answer.proof); }},
    {"note", [](const Row& row) { return csv_field(row.answer.note); }},
    {"lead", [](const Row& row) { return down(row.answer.lead); }},
    {"lead_bound", [](const Row& row) { return down(row.answer.lead_bound); }},
    {"float32", [](const Row& row) { return flag(row.answer.float32); }},
};

/// Reads fields of one row and remembers the first that is wrong.
class Fields {
 public:
  Fields(const CsvTable& table, int row) : table_(table), row_(row) {}

  std::optional<double> number(const char* column) {
    return take<std::optional<double>>(table_.number(row_, column));
  }
  int integer(const char* column) { return take<int>(table_.integer(row_, column)); }
  Norm norm(const char* column) { return take<Norm>(parse_norm(table_.text(row_, column))); }
  bool flag(const char* column) const { return table_.text(row_, column) == "1"; }
  const std::string& text(const char* column) const { return table_.text(row_, column); }
  const std::optional<Error>& error() const { return error_; }

 private:
  template <class T>
  T take(const Expected<T>& value) {
    if (!value && !error_) error_ = value.error();
    return value ? *value : T();
  }

  const CsvTable& table_;
  int row_;
  std::optional<Error> error_;
};

}  // namespace

const std::vector<std::string>& closest_columns() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Printed& column : kColumns) list.emplace_back(column.name);
    list.emplace_back("question");
    return list;
  }();
  return names;
}

std::string closest_line(const ClosestRow& row, const std::string& question) {
  std::string line;
  for (const Printed& column : kColumns) line += column.text(row) + ",";
  return line + question + "\n";
}

Expected<ClosestRow> read_closest_row(const CsvTable& table, int index, const std::string& where) {
  Fields fields(table, index);
  ClosestRow row;
  ClosestAnswer& a = row.answer;
  row.image = fields.integer("image");
  row.label = static_cast<int>(fields.number("label").value_or(-1));
  row.norm = fields.norm("norm");
  a.target = static_cast<int>(fields.number("target").value_or(-1));
  a.distance = fields.number("distance");
  a.bound = fields.number("bound").value_or(0);
  a.nodes = static_cast<std::int64_t>(fields.number("nodes").value_or(0));
  a.seconds = fields.number("seconds").value_or(0);
  a.bound_seconds = fields.number("bound_seconds").value_or(0);
  a.verified = fields.flag("verified");
  a.all_zero = fields.flag("all_zero");
  a.linearised = fields.number("linearised");
  a.linearised_bound = fields.number("linearised_bound");
  a.proof = fields.text("proof");
  a.note = fields.text("note");
  a.lead = fields.number("lead").value_or(0);
  a.lead_bound = fields.number("lead_bound").value_or(a.bound);
  a.float32 = fields.flag("float32");
  if (fields.error()) return tl::unexpected<Error>(*fields.error());
  const auto status = row_status(fields.text("status"));
  if (!status) {
    return bad_request("'{}' holds the status '{}', which is none: remove the file", where,
                       fields.text("status"));
  }
  a.status = *status;
  return row;
}

}  // namespace brink
