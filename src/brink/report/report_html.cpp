// The frame is web/report.html with @name@ where something is put in: the style, the scripts, the
// data and the sprite sheets, the latter as text that no browser decodes before it is asked to.
#include "brink/report/report_html.h"

#include <array>
#include <map>

#include "brink/report/embedded_files.h"
#include "brink/report/html_text.h"
#include "brink/report/report_json.h"

namespace brink {

namespace {

/// In the order in which they use each other.
constexpr std::array kScripts = {"text.js",     "filter.js", "sprites.js", "detail.js",
                                 "gallery.js",  "charts.js", "curves.js",  "tables.js",
                                 "networks.js", "report.js"};

Expected<std::string> sheet_elements(const SpriteSheets& sprites) {
  std::string html;
  int number = 0;
  for (const SpriteSheets::Sheet& sheet : sprites.sheets()) {
    const auto png = SpriteSheets::encode(sheet);
    if (!png) return tl::unexpected<Error>(png.error());
    html += fmt::format("<script type=\"text/plain\" id=\"sheet-{}\">{}</script>\n", number++,
                        base64(*png));
  }
  return html;
}

std::string scripts() {
  std::string all = "\"use strict\";\n";
  for (const char* name : kScripts) all += embedded_file(name);
  return all;
}

/// `frame` with each @name@ replaced; what is put in is not searched again.
Expected<std::string> fill(std::string_view frame,
                           const std::map<std::string_view, std::string_view>& parts) {
  std::string out;
  for (std::size_t at = 0; at < frame.size();) {
    const std::size_t mark = frame.find('@', at);
    if (mark == std::string_view::npos) return out.append(frame.substr(at));
    out.append(frame.substr(at, mark - at));
    at = mark + 1;
    const std::string_view name = frame.substr(at, frame.find('@', at) - at);
    const auto part = parts.find(name);
    if (part == parts.end()) return failure("web/report.html: nothing is called '{}'", name);
    out.append(part->second);
    at += name.size() + 1;
  }
  return out;
}

}  // namespace

Expected<std::string> report_html(const ReportData& data) {
  const ReportJson json = report_json(data);
  const auto sheets = sheet_elements(json.sprites);
  if (!sheets) return sheets;
  const std::string title = escape_html(data.title);
  const std::string code = scripts();
  return fill(embedded_file("report.html"), {{"title", title},
                                             {"style", embedded_file("report.css")},
                                             {"data", json.text},
                                             {"sheets", *sheets},
                                             {"chart", embedded_file("chart.min.js")},
                                             {"scripts", code}});
}

}  // namespace brink
