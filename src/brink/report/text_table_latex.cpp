// Tables as LaTeX, in the manner of the package booktabs: no upright lines, numbers to the right.
//
// A row that begins with [ or * would be read as an argument of the line end before it, so these
// are braced; a hyphen before a digit is a minus.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>

#include "brink/base/printable.h"
#include "brink/report/text_table.h"

namespace brink {

namespace {

/// What `c` is in LaTeX's text; empty: itself.
std::string_view latex_character(char c) {
  switch (c) {
    case '\\':
      return "\\textbackslash{}";
    case '~':
      return "\\textasciitilde{}";
    case '^':
      return "\\textasciicircum{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '"':
      return "\\textquotedblright{}";
    case '[':
      return "{[}";
    case '*':
      return "{*}";
    default:
      return {};
  }
}

std::string latex_text(const std::string& raw) {
  const std::string text = printable(raw);
  std::string latex;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool minus = c == '-' && i + 1 < text.size() && std::isdigit(text[i + 1]) != 0 &&
                       (i == 0 || text[i - 1] == 'e' || text[i - 1] == ' ');
    if (minus) {
      latex += "$-$";
    } else if (const std::string_view special = latex_character(c); !special.empty()) {
      latex += special;
    } else {
      if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) latex += '\\';
      latex += c;
    }
  }
  return latex;
}

std::string latex_row(const std::vector<std::string>& fields) {
  std::vector<std::string> cells;
  for (const std::string& field : fields) cells.push_back(latex_text(field));
  return fmt::format("{} \\\\\n", fmt::join(cells, " & "));
}

}  // namespace

std::string TextTable::latex() const {
  std::string alignment;
  for (std::size_t c = 0; c < columns.size(); ++c) alignment += numbers(c) ? 'r' : 'l';
  std::string text = title.empty() ? "" : fmt::format("% {}\n", printable(title));
  text += fmt::format("\\begin{{tabular}}{{{}}}\n\\toprule\n{}\\midrule\n", alignment,
                      latex_row(columns));
  for (const auto& row : rows) text += latex_row(row);
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : notes) text += fmt::format("% {}\n", printable(note));
  return text;
}

}  // namespace brink
