// Reading comma separated tables with a header line (RFC 4180: quotes, doubled quotes).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink {

class CsvTable {
 public:
  /// The error names the file and row: a row whose field count differs from the header's, an open
  /// quote, a missing column among `required`. Columns beyond those are fine.
  static Expected<CsvTable> read(const std::filesystem::path& path,
                                 const std::vector<std::string>& required);
  /// The same of text already read; `name` is named in errors.
  static Expected<CsvTable> parse(const std::string& text, const std::string& name,
                                  const std::vector<std::string>& required);

  /// The names of the columns, in the order of the file.
  const std::vector<std::string>& columns() const { return header_; }
  bool has(const std::string& column) const { return columns_.count(column) > 0; }
  int rows() const { return static_cast<int>(rows_.size()); }
  /// The field, unquoted. `row` in [0, rows()), `column` a required one.
  const std::string& text(int row, const std::string& column) const;
  /// The field as a finite number; empty if the field is. The error names file and row.
  Expected<std::optional<double>> number(int row, const std::string& column) const;
  /// A field that must hold a whole number.
  Expected<int> integer(int row, const std::string& column) const;

 private:
  std::string name_;
  std::vector<std::string> header_;
  std::map<std::string, std::size_t> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace brink
