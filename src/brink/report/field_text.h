// Private to this folder: an answer's fields (ask/fields.h) as the texts of a table.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <type_traits>

#include "brink/ask/fields.h"
#include "brink/report/decimal.h"

namespace brink {

/// What is not finite says nothing.
inline std::string field_text(const std::optional<double>& value, Printed how) {
  if (!value || !std::isfinite(*value)) return "";
  if (how == Printed::seconds) return fmt::format("{:.3f}", *value);
  return how == Printed::up ? decimal_up(*value) : decimal_down(*value);
}
inline std::string field_text(double value, Printed how) {
  return field_text(std::optional<double>(value), how);
}
inline std::string field_text(bool value, Printed /*how*/) {
  return value ? "1" : "0";
}
inline std::string field_text(int value, Printed how) {
  return how == Printed::number_or_none && value < 0 ? "" : fmt::format("{}", value);
}
inline std::string field_text(std::int64_t value, Printed /*how*/) {
  return fmt::format("{}", value);
}
inline std::string field_text(const std::string& value, Printed /*how*/) {
  return value;
}
template <class Status>
requires std::is_enum_v<Status> std::string field_text(Status value, Printed /*how*/) {
  return std::string(name(value));
}

}  // namespace brink
