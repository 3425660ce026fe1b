#include "brink/report/closest_columns.h"

#include <cmath>
#include <limits>

#include "brink/report/text_table.h"
#include "field_text.h"

namespace brink {

namespace {

/// `tell(name, text)` of every column but the last, which is the table's and not the answer's: the
/// answer's fields, and what is computed of them.
template <class Tell>
void each_column(const ClosestRow& row, const Tell& tell) {
  tell("image", field_text(row.image, Printed::as_is));
  tell("label", field_text(row.label, Printed::number_or_none));
  for_each_field(kClosestFields, [&](const auto& field) {
    tell(field.name, csv_field(field_text(row.answer.*field.member, field.printed)));
    if (field.name == std::string_view("target")) tell("norm", std::string(name(row.norm)));
    if (field.name == std::string_view("bound"))
      tell("gap", field_text(row.answer.gap(), Printed::up));
  });
}

/// Reads fields of one row and remembers the first that is wrong.
class Fields {
 public:
  Fields(const CsvTable& table, int row) : table_(table), row_(row) {}

  void read(const char* column, std::optional<double>& to) {
    to = take<std::optional<double>>(table_.number(row_, column));
  }
  void read(const char* column, double& to) {
    std::optional<double> number;
    read(column, number);
    to = number.value_or(to);
  }
  void read(const char* column, std::int64_t& to) {
    auto number = static_cast<double>(to);
    read(column, number);
    to = static_cast<std::int64_t>(number);
  }
  void read(const char* column, int& to) {
    auto number = static_cast<double>(to);
    read(column, number);
    to = static_cast<int>(number);
  }
  void read(const char* column, bool& to) { to = table_.text(row_, column) == "1"; }
  void read(const char* column, std::string& to) { to = table_.text(row_, column); }
  void read(const char* column, AnswerStatus& to) {
    const auto status = row_status(table_.text(row_, column));
    to = status.value_or(AnswerStatus::error);
    if (!status) no_status_ = table_.text(row_, column);
  }
  void read(const char* column, Norm& to) {
    to = take<Norm>(parse_norm(table_.text(row_, column)));
  }
  int integer(const char* column) { return take<int>(table_.integer(row_, column)); }
  const std::optional<Error>& error() const { return error_; }
  const std::optional<std::string>& no_status() const { return no_status_; }

 private:
  template <class T>
  T take(const Expected<T>& value) {
    if (!value && !error_) error_ = value.error();
    return value ? *value : T();
  }

  const CsvTable& table_;
  int row_;
  std::optional<Error> error_;
  std::optional<std::string> no_status_;
};

}  // namespace

const std::vector<std::string>& closest_columns() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    each_column({}, [&](const char* name, const std::string&) { list.emplace_back(name); });
    list.emplace_back("question");
    return list;
  }();
  return names;
}

std::string closest_line(const ClosestRow& row, const std::string& question) {
  std::string line;
  each_column(row, [&](const char*, const std::string& text) { line += text + ","; });
  return line + question + "\n";
}

Expected<ClosestRow> read_closest_row(const CsvTable& table, int index, const std::string& where) {
  Fields fields(table, index);
  ClosestRow row;
  row.image = fields.integer("image");
  row.label = -1;
  fields.read("label", row.label);
  fields.read("norm", row.norm);
  row.answer.lead_bound = std::numeric_limits<double>::quiet_NaN();
  for_each_field(kClosestFields,
                 [&](const auto& field) { fields.read(field.name, row.answer.*field.member); });
  if (std::isnan(row.answer.lead_bound)) row.answer.lead_bound = row.answer.bound;
  if (fields.error()) return tl::unexpected<Error>(*fields.error());
  if (fields.no_status()) {
    return bad_request("'{}' holds the status '{}', which is none: remove the file", where,
                       *fields.no_status());
  }
  return row;
}

}  // namespace brink
