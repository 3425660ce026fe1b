// Private to this folder: an answer's fields (ask/fields.h) as columns of a table.
#pragma once

#include <cmath>
#include <string>
#include <type_traits>

#include "brink/ask/fields.h"
#include "brink/store/sqlite.h"

namespace brink {

template <class T>
constexpr const char* sql_type() {
  if constexpr (std::is_integral_v<T>) return "INTEGER";
  if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>) {
    return "REAL";
  }
  return "TEXT";
}

/// "REAL NOT NULL".
template <class Record, class T>
std::string column_type(const Field<Record, T>& field) {
  const bool nullable = field.nullable || std::is_same_v<T, std::optional<double>>;
  return std::string(sql_type<T>()) + (nullable ? "" : " NOT NULL");
}

/// ", a, b, c".
template <class Fields>
std::string column_names(const Fields& fields) {
  std::string names;
  for_each_field(fields, [&](const auto& field) { names += std::string(", ") + field.name; });
  return names;
}

/// SQLite has no infinity.
inline SqlValue column_value(double value, bool nullable) {
  if (std::isfinite(value)) return sql(value);
  return nullable ? SqlValue() : sql(0.0);
}
inline SqlValue column_value(PropertyVerdict value, bool /*nullable*/) {
  return sql(std::string(name(value)));
}
inline SqlValue column_value(const std::optional<double>& value, bool /*nullable*/) {
  return sql(value);
}
inline SqlValue column_value(AnswerStatus value, bool /*nullable*/) {
  return sql(std::string(name(value)));
}
inline SqlValue column_value(Robustness value, bool /*nullable*/) {
  return sql(std::string(name(value)));
}
inline SqlValue column_value(int value, bool nullable) {
  return nullable && value < 0 ? SqlValue() : sql(value);
}
template <class T>
SqlValue column_value(const T& value, bool /*nullable*/) {
  return sql(value);
}

/// False: not what brink writes. NULL leaves the value that is there.
inline bool read_column(const SqlRow& row, int column, AnswerStatus& to) {
  const auto known = row_status(row.text(column));
  if (known) to = *known;
  return known.has_value();
}
inline bool read_column(const SqlRow& row, int column, Robustness& to) {
  const auto known = parse_robustness(row.text(column));
  if (known) to = *known;
  return known.has_value();
}
inline bool read_column(const SqlRow& row, int column, PropertyVerdict& to) {
  const std::string text = row.text(column);
  for (const PropertyVerdict verdict : kVerdicts) {
    if (name(verdict) != text) continue;
    to = verdict;
    return true;
  }
  return false;
}
inline bool read_column(const SqlRow& row, int column, std::optional<double>& to) {
  to = row.real_or_null(column);
  return true;
}
inline bool read_column(const SqlRow& row, int column, double& to) {
  to = row.real_or_null(column).value_or(to);
  return true;
}
inline bool read_column(const SqlRow& row, int column, std::string& to) {
  to = row.text(column);
  return true;
}
template <class Integer>
bool read_column(const SqlRow& row, int column, Integer& to) {
  if (!row.null(column)) to = static_cast<Integer>(row.integer(column));
  return true;
}

template <class Fields, class Record>
void add_values(std::vector<SqlValue>& values, const Fields& fields, const Record& record) {
  for_each_field(fields, [&](const auto& field) {
    values.push_back(column_value(record.*field.member, field.nullable));
  });
}

/// The columns from `column` on, which is then the next.
template <class Fields, class Record>
bool read_columns(const SqlRow& row, int& column, const Fields& fields, Record& record) {
  bool whole = true;
  for_each_field(fields, [&](const auto& field) {
    whole = read_column(row, column++, record.*field.member) && whole;
  });
  return whole;
}

}  // namespace brink
