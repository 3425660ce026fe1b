#include "brink/report/text_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "brink/base/printable.h"

namespace brink {

namespace {

/// Characters, not bytes: what a terminal shows side by side.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool numeric(const std::string& text) {
  return text.empty() || text.find_first_not_of("0123456789.+-eE%>= ,") == std::string::npos;
}

std::string padded(const std::string& text, std::size_t wanted, bool right) {
  const std::string space(wanted - std::min(wanted, width(text)), ' ');
  return right ? space + text : text + space;
}

std::string markdown_cell(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

nlohmann::json rows_json(const TextTable& table, const std::set<std::string>& texts) {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& row : table.rows) {
    nlohmann::json& entry = rows.emplace_back(nlohmann::json::object());
    for (std::size_t c = 0; c < row.size(); ++c) {
      nlohmann::json& field = entry[table.columns[c]];
      if (texts.contains(table.columns[c])) {
        field = row[c];
      } else if (auto number = nlohmann::json::parse(row[c], nullptr, false); number.is_number()) {
        field = std::move(number);
      }
    }
  }
  return rows;
}

std::string csv_field(std::string text) {
  for (char& c : text) {
    if ((c >= 0 && c < ' ') || c == '\x7f') c = ' ';
  }
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

bool TextTable::numbers(std::size_t column) const {
  return std::all_of(rows.begin(), rows.end(),
                     [column](const auto& row) { return numeric(row[column]); });
}

std::string TextTable::as(TableFormat format) const {
  switch (format) {
    case TableFormat::csv:
      return csv();
    case TableFormat::markdown:
      return markdown();
    case TableFormat::latex:
      return latex();
    case TableFormat::text:
      break;
  }
  return aligned();
}

std::string TextTable::csv() const {
  const auto line = [](const std::vector<std::string>& fields) {
    std::vector<std::string> quoted;
    for (const std::string& field : fields) quoted.push_back(csv_field(field));
    return fmt::format("{}\n", fmt::join(quoted, ","));
  };
  std::string text = line(columns);
  for (const auto& row : rows) text += line(row);
  return text;
}

std::string TextTable::markdown() const {
  std::string text = title.empty() ? "" : fmt::format("### {}\n\n", title);
  text += "|";
  for (const std::string& column : columns) text += fmt::format(" {} |", markdown_cell(column));
  text += "\n|";
  for (std::size_t c = 0; c < columns.size(); ++c) {
    text += numbers(c) ? "---:|" : "---|";
  }
  text += "\n";
  for (const auto& row : rows) {
    text += "|";
    for (const std::string& field : row) text += fmt::format(" {} |", markdown_cell(field));
    text += "\n";
  }
  for (const std::string& note : notes) text += fmt::format("\n{}\n", note);
  return text;
}

std::string TextTable::aligned() const {
  TextTable safe = *this;
  for (auto& row : safe.rows) {
    for (std::string& text : row) text = printable(text);
  }
  return safe.lines();
}

std::string TextTable::lines() const {
  std::vector<std::size_t> widths;
  for (const std::string& column : columns) widths.push_back(width(column));
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  }
  std::string text = title.empty() ? "" : title + "\n";
  const auto line = [&](const std::vector<std::string>& fields, bool head) {
    std::string result;
    for (std::size_t c = 0; c < fields.size(); ++c) {
      result += (c == 0 ? "" : "  ") + padded(fields[c], widths[c], numbers(c) && (!head || c > 0));
    }
    return result.substr(0, result.find_last_not_of(' ') + 1) + "\n";
  };
  text += line(columns, true);
  for (const auto& row : rows) text += line(row, false);
  for (const std::string& note : notes) text += note + "\n";
  return text;
}

}  // namespace brink
