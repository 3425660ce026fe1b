// The records of a text with separated values (RFC 4180: quotes, doubled quotes).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink {

struct CsvRecord {
  std::vector<std::string> fields;  ///< unquoted
  int line = 1;                     ///< where it begins
};

/// Empty if a quote is never closed. Lines may end in \r\n; a byte order mark is skipped.
std::optional<std::vector<CsvRecord>> csv_records(std::string_view text, char separator = ',');

}  // namespace brink
