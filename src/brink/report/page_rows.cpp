#include "brink/report/page_rows.h"

#include <algorithm>

#include "brink/report/html_text.h"

namespace brink {

std::string class_name(const std::vector<std::string>& classes, int number) {
  const auto place = static_cast<std::size_t>(number);
  if (number < 0) return "";
  return place < classes.size() ? classes[place] : fmt::format("{}", number);
}

std::string row_html(const Page& page, const PageImage& row,
                     const std::vector<std::string>& heads) {
  const auto changes = [&](const Result& answer, Eigen::Index j) {
    return answer.found.size() == row.original.size() && answer.found(j) != row.original(j);
  };
  std::string html = "<div class=wide><table><tr><th>feature<th>value";
  for (const std::string& head : heads) html += "<th>" + head;
  html += "</tr>\n";
  int unchanged = 0;
  for (Eigen::Index j = 0; j < row.original.size(); ++j) {
    const bool changed = std::any_of(row.answers.begin(), row.answers.end(),
                                     [&](const Result& answer) { return changes(answer, j); });
    if (!changed) {
      ++unchanged;
      continue;
    }
    html += fmt::format("<tr><td>{}<td>{:.6g}",
                        escape_html(page.inputs[static_cast<std::size_t>(j)]), row.original(j));
    for (const Result& answer : row.answers) {
      html += changes(answer, j) ? fmt::format("<td><b>{:.6g}</b> ({:+.4g})", answer.found(j),
                                               answer.found(j) - row.original(j))
                                 : "<td>";
    }
    html += "</tr>\n";
  }
  html += "</table>";
  if (unchanged > 0)
    html += fmt::format("<p class=soft>{} features stay as they are.</p>", unchanged);
  return html + "</div>\n";
}

}  // namespace brink
