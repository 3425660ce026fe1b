// A table of texts, written as CSV, Markdown, LaTeX or aligned columns.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace brink {

enum class TableFormat { text, csv, markdown, latex };

struct TextTable {
  std::string title;  ///< not in CSV; may be empty
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as `columns`
  std::vector<std::string> notes;              ///< below the table; not in CSV

  std::string csv() const;
  std::string markdown() const;
  /// For a terminal; numbers to the right, text to the left, control characters escaped.
  std::string aligned() const;
  /// A tabular environment for the package booktabs; title and notes are comments.
  std::string latex() const;
  std::string as(TableFormat format) const;

  /// All of a column are numbers, or empty.
  bool numbers(std::size_t column) const;

 private:
  std::string lines() const;
};

/// An object a row. Columns other than `texts` are numbers, null where they hold none.
nlohmann::json rows_json(const TextTable& table, const std::set<std::string>& texts);

/// A field of a CSV row: quoted if it must be, line ends and control characters made spaces.
std::string csv_field(std::string text);

}  // namespace brink
