// A table of real features from CSV. What a row lacks is said by line and column.
#include <algorithm>
#include <set>

#include "brink/base/csv_records.h"
#include "brink/base/files.h"
#include "brink/data/class_names.h"
#include "brink/data/dataset.h"
#include "feature_range.h"

namespace brink {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// That of comma, semicolon and tab which the first line has most of.
char separator_of(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  const auto count = [&](char c) { return std::count(first.begin(), first.end(), c); };
  char best = ',';
  for (const char c : {';', '\t'}) {
    if (count(c) > count(best)) best = c;
  }
  return best;
}

struct CsvFile {
  std::string name;
  std::vector<std::string> columns;
  std::vector<CsvRecord> records;  ///< without the header, of as many fields as that
};

Expected<void> check_header(const CsvFile& file) {
  std::set<std::string> seen;
  for (const std::string& column : file.columns) {
    if (to_number(column)) {
      return bad_request("'{}', line 1: '{}' is a number; a header with names is needed there",
                         file.name, column);
    }
    if (!seen.insert(column).second) {
      return bad_request("'{}', line 1: two columns are called '{}'", file.name, column);
    }
  }
  return {};
}

Expected<CsvFile> read_records(const std::filesystem::path& path) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  auto records = csv_records(*text, separator_of(*text));
  if (!records) return bad_request("'{}': a quote is never closed", path.string());
  std::erase_if(*records, [](const CsvRecord& record) {
    return record.fields.size() == 1 && trimmed(record.fields.front()).empty();
  });
  if (records->size() < 2) {
    return bad_request("'{}' has no rows: a header and a row at least are needed", path.string());
  }
  CsvFile file{path.string(), {}, {}};
  for (const std::string& field : records->front().fields) {
    file.columns.emplace_back(trimmed(field));
  }
  records->erase(records->begin());
  file.records = std::move(*records);
  if (auto ok = check_header(file); !ok) return tl::unexpected(ok.error());
  for (const CsvRecord& record : file.records) {
    if (record.fields.size() != file.columns.size()) {
      return bad_request("'{}', line {}: {} fields where the header has {}", file.name, record.line,
                         record.fields.size(), file.columns.size());
    }
  }
  return file;
}

/// The label's column; nothing: there is none.
Expected<std::optional<std::size_t>> label_column(const CsvFile& file, const std::string& label) {
  if (label == "none") return std::nullopt;
  if (label.empty()) return file.columns.size() - 1;
  const auto found = std::find(file.columns.begin(), file.columns.end(), label);
  if (found == file.columns.end()) {
    return bad_request("'{}' has no column '{}' for --label; its columns are {}", file.name, label,
                       fmt::join(file.columns, ", "));
  }
  return static_cast<std::size_t>(found - file.columns.begin());
}

Expected<void> read_labels(Dataset& set, const CsvFile& file, std::size_t column,
                           const DataOptions& options) {
  const auto where = [&](std::size_t i) {
    return fmt::format("'{}', line {}, column '{}'", file.name, file.records[i].line,
                       file.columns[column]);
  };
  std::vector<std::string> labels;
  for (const CsvRecord& record : file.records) {
    labels.emplace_back(trimmed(record.fields[column]));
    if (labels.back().empty()) {
      return bad_request("{}: the label is empty", where(labels.size() - 1));
    }
  }
  return set_labels(set, labels, options, where);
}

}  // namespace

Expected<Dataset> read_csv_set(const std::filesystem::path& path, const DataOptions& options) {
  const auto file = read_records(path);
  if (!file) return tl::unexpected(file.error());
  const auto label = label_column(*file, options.label);
  if (!label) return tl::unexpected(label.error());
  Dataset set;
  set.picture = false;
  set.rows = 1;
  std::vector<double> numbers;
  for (std::size_t c = 0; c < file->columns.size(); ++c) {
    if (*label != c) set.features.push_back(file->columns[c]);
  }
  if (set.features.empty()) {
    return bad_request("'{}' has no column besides the label '{}'", file->name,
                       file->columns.front());
  }
  set.columns = static_cast<int>(set.features.size());
  for (const CsvRecord& record : file->records) {
    for (std::size_t c = 0; c < record.fields.size(); ++c) {
      if (*label == c) continue;
      const auto value = to_number(record.fields[c]);
      if (!value || !std::isfinite(*value)) {
        return bad_request("'{}', line {}, column '{}': '{}' is no finite number", file->name,
                           record.line, file->columns[c], record.fields[c]);
      }
      numbers.push_back(*value);
    }
  }
  set.pixels = std::move(numbers);
  set.labels.assign(file->records.size(), -1);
  if (*label) {
    if (auto ok = read_labels(set, *file, **label, options); !ok) return tl::unexpected(ok.error());
  } else {
    set.label_problem = fmt::format("'{}' was read with --label none", file->name);
  }
  set.range = range_of(set);
  return set;
}

}  // namespace brink
