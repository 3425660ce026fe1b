// A CSV reader for our own tables; they are small, so everything is held as text.
#include "brink/report/csv.h"

#include <charconv>
#include <cmath>

#include "brink/base/csv_records.h"
#include "brink/base/files.h"

namespace brink {

Expected<CsvTable> CsvTable::read(const std::filesystem::path& path,
                                  const std::vector<std::string>& required) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  return parse(*bytes, path.string(), required);
}

Expected<CsvTable> CsvTable::parse(const std::string& text, const std::string& name,
                                   const std::vector<std::string>& required) {
  auto records = csv_records(text);
  if (!records) return bad_request("'{}': a quote is never closed", name);
  if (records->empty()) return bad_request("'{}' is empty: a header line is needed", name);
  CsvTable table;
  table.name_ = name;
  table.header_ = std::move(records->front().fields);
  const std::vector<std::string>& header = table.header_;
  for (std::size_t c = 0; c < header.size(); ++c) table.columns_[header[c]] = c;
  for (const std::string& column : required) {
    if (table.columns_.count(column) == 0) {
      return bad_request("'{}' has no column '{}': is it a table of brink?", name, column);
    }
  }
  for (std::size_t r = 1; r < records->size(); ++r) {
    if ((*records)[r].fields.size() != header.size()) {
      return bad_request("'{}' row {}: {} fields where the header has {}", name, r,
                         (*records)[r].fields.size(), header.size());
    }
    table.rows_.push_back(std::move((*records)[r].fields));
  }
  return table;
}

const std::string& CsvTable::text(int row, const std::string& column) const {
  return rows_[static_cast<std::size_t>(row)][columns_.at(column)];
}

Expected<std::optional<double>> CsvTable::number(int row, const std::string& column) const {
  const std::string& field = text(row, column);
  if (field.empty()) return std::optional<double>();
  double value = 0;
  const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (code != std::errc() || end != field.data() + field.size() || !std::isfinite(value)) {
    return bad_request("'{}' row {}: {} is '{}', a number is needed", name_, row + 1, column,
                       field);
  }
  return std::optional<double>(value);
}

Expected<int> CsvTable::integer(int row, const std::string& column) const {
  const std::string& field = text(row, column);
  int value = 0;
  const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (code != std::errc() || end != field.data() + field.size()) {
    return bad_request("'{}' row {}: {} is '{}', a whole number is needed", name_, row + 1, column,
                       field);
  }
  return value;
}

}  // namespace brink
