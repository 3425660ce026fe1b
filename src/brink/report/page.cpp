// The page from top to bottom: facts, a table per norm, a card per image, the units.
#include "brink/report/page.h"

#include <algorithm>
#include <array>
#include <map>

#include "brink/report/html_text.h"
#include "brink/report/page_rows.h"
#include "brink/report/page_style.h"
#include "brink/report/report_labels.h"

namespace brink {

namespace {

/// Collects the document; the first picture that cannot be encoded is remembered.
struct Writer {
  std::string html;
  std::optional<Error> error;

  void image(const Raster& picture, const std::string& alt) {
    const auto png = encode_png(picture);
    if (!png) {
      if (!error) error = png.error();
      return;
    }
    html +=
        fmt::format("<img alt=\"{}\" width=\"{}\" height=\"{}\" src=\"data:image/png;base64,{}\">",
                    escape_html(alt), picture.width, picture.height, base64(*png));
  }
};

/// One line on what was proven.
std::string proof(const Result& answer) {
  const double bound = answer.bound.value_or(0);
  if (answer.status == "optimal") return "<span class=ok>proven closest</span>";
  if (answer.status == "infeasible") return "<span class=ok>proven: no such image</span>";
  if (answer.status == "misclassified") return "<span class=soft>wrong to begin with</span>";
  if (answer.status == "error") return "<span class=warn>error</span>";
  const char* why = answer.status == "gap"         ? "gap reached"
                    : answer.status == "undecided" ? "undecided by rounding"
                                                   : "time limit";
  return fmt::format("<span class=warn>{}</span>, proven \u2265 {:.4g}", why, bound);
}

void write_answer(Writer& out, const Page& page, const PageImage& image, const Result& answer) {
  out.html += "<figure>";
  if (answer.found.size() > 0 && answer.found.size() == image.original.size()) {
    out.html += "<div class=pair>";
    out.image(image_picture(answer.found, page.shape, page.low, page.high, 1),
              fmt::format("adversarial image, {}", name(answer.norm)));
    out.image(change_picture(answer.found, image.original, page.shape, 1),
              fmt::format("its change, {}", name(answer.norm)));
    out.html += "</div>";
  } else {
    out.html += "<div class=none>no image</div>";
  }
  const std::string value = answer.distance ? fmt::format("{:.4g}", *answer.distance) : "\u2013";
  out.html +=
      fmt::format("<figcaption><b>{} {}</b>", norm_label(std::string(name(answer.norm))), value);
  if (answer.target) {
    out.html += " seen as " + escape_html(class_name(page.classes, *answer.target));
  }
  if (answer.distance && *answer.distance > 0) {
    const double share = std::clamp(answer.bound.value_or(0) / *answer.distance, 0.0, 1.0);
    out.html += fmt::format(
        "<div class=bar title=\"bound / distance\"><i style=\"width:{:.1f}%\">"
        "</i></div>",
        100 * share);
  } else {
    out.html += "<br>";
  }
  if (answer.distance && !answer.verified) out.html += "<span class=warn>not verified</span>, ";
  out.html += fmt::format("{}<br><span class=soft>{:.1f} s</span></figcaption></figure>\n",
                          proof(answer), answer.seconds);
}

/// Norm, distance, class and proof of an answer about a row of a table.
std::string answer_head(const Page& page, const Result& answer) {
  std::string head = norm_label(std::string(name(answer.norm)));
  if (answer.distance) head += fmt::format(" {:.4g}", *answer.distance);
  if (answer.target) head += ": " + escape_html(class_name(page.classes, *answer.target));
  return head + "<br>" + proof(answer);
}

void write_rows(Writer& out, const Page& page) {
  out.html += "<h2>Closest rows with another answer</h2>\n";
  for (const PageImage& row : page.images) {
    const std::string name = escape_html(class_name(page.classes, row.label));
    out.html += fmt::format("<h3>row {}{}{}</h3>\n", row.index, name.empty() ? "" : ": ", name);
    std::vector<std::string> heads;
    for (const Result& answer : row.answers) heads.push_back(answer_head(page, answer));
    out.html += row_html(page, row, heads);
  }
}

void write_images(Writer& out, const Page& page) {
  if (page.images.empty()) return;
  if (!page.inputs.empty()) return write_rows(out, page);
  out.html +=
      "<h2>Closest adversarial images</h2>\n<p>Left of each pair the image found, right its change "
      "rescaled: white pixels are unchanged, black is the largest change. The bar shows how much "
      "of the distance is proven: full means that no closer image exists.</p>\n";
  for (const PageImage& image : page.images) {
    out.html += "<div class=row>\n<figure class=original>";
    out.image(image_picture(image.original, page.shape, page.low, page.high, 1),
              fmt::format("image {}", image.index));
    out.html += fmt::format(
        "<figcaption><b>{}</b><br><span class=soft>image {}</span></figcaption></figure>\n",
        escape_html(class_name(page.classes, image.label)), image.index);
    for (const Result& answer : image.answers) write_answer(out, page, image, answer);
    out.html += "</div>\n";
  }
}

struct NormSummary {
  int count = 0, solved = 0, found = 0, with_gap = 0;
  double distance = 0, gap = 0, seconds = 0;
};

void write_summary(Writer& out, const Page& page) {
  std::map<Norm, NormSummary> norms;
  for (const PageImage& image : page.images) {
    for (const Result& answer : image.answers) {
      if (answer.status == "misclassified") continue;  // no search
      NormSummary& sum = norms[answer.norm];
      ++sum.count;
      const bool infeasible = answer.status == "infeasible";  // no image, no gap
      sum.solved += infeasible || answer.status == "optimal" ? 1 : 0;
      sum.seconds += answer.seconds;
      if (!infeasible) {
        ++sum.with_gap;
        sum.gap += answer.distance ? answer.gap.value_or(0) : 1;
      }
      if (!answer.distance) continue;
      ++sum.found;
      sum.distance += *answer.distance;
    }
  }
  if (norms.empty()) return;
  out.html +=
      "<div class=wide><table><tr><th>norm<th>images<th>proven<th>mean distance<th>mean gap"
      "<th>mean seconds</tr>\n";
  for (const auto& [norm, sum] : norms) {
    out.html += fmt::format(
        "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{:.2f}</tr>\n", norm_title(norm), sum.count,
        sum.solved, sum.found > 0 ? fmt::format("{:.4g}", sum.distance / sum.found) : "",

        sum.with_gap > 0 ? fmt::format("{:.1f} %", 100 * sum.gap / sum.with_gap) : "",
        sum.seconds / sum.count);
  }
  out.html += "</table></div>\n";
}

/// Named where it is not the search.
std::string proof_of(const UnitResult& unit) {
  return unit.proof.empty() || unit.proof == "search" ? "" : fmt::format(" ({})", unit.proof);
}

void write_unit(Writer& out, const UnitResult& unit) {
  out.html += "<figure>";
  if (unit.picture.width > 0) {
    out.image(unit.picture, fmt::format("unit {} of layer {}", unit.unit, unit.layer));
  } else {
    out.html += "<div class=none>no image</div>";
  }
  out.html += fmt::format("<figcaption><b>{}</b> ", unit.unit);
  if (unit.activation) out.html += fmt::format("{:.4g}", *unit.activation);
  out.html +=
      unit.status == "optimal"
          ? fmt::format(" <span class=ok>{}{}</span>", unit.least ? "min" : "max", proof_of(unit))
          : fmt::format("<br><span class=warn>{} {:.4g}</span>", unit.least ? "\u2265" : "\u2264",
                        unit.bound.value_or(0));
  out.html += "</figcaption></figure>\n";
}

void write_units(Writer& out, const Page& page) {
  if (page.units.empty()) return;
  const bool least = page.units.front().least;
  out.html += fmt::format(
      "<h2>What excites each unit {}</h2>\n<p>For every unit, the image in the whole input box "
      "that {} with that value; \u201c{}\u201d means proven {}, otherwise the proven {} bound is "
      "given; \u201cmultipliers\u201d: by those of a MIP solver's programs.</p>\n",
      least ? "least" : "most",
      least ? "minimises its pre-activation," : "maximises its activation,", least ? "min" : "max",
      least ? "least" : "largest", least ? "lower" : "upper");
  int layer = 0;
  for (const UnitResult& unit : page.units) {
    if (unit.layer != layer) {
      if (layer > 0) out.html += "</div>\n";
      layer = unit.layer;
      out.html += layer == page.depth ? std::string("<h3>Output: one unit a label</h3>")
                                      : fmt::format("<h3>Layer {}</h3>", layer);
      out.html += "<div class=units>\n";
    }
    write_unit(out, unit);
  }
  out.html += "</div>\n";
}

}  // namespace

std::vector<PageImage> group_by_image(const std::vector<Result>& results) {
  std::vector<PageImage> images;
  for (const Result& result : results) {
    auto place = std::find_if(images.begin(), images.end(),
                              [&](const PageImage& i) { return i.index == result.image; });
    if (place == images.end()) {
      images.push_back({result.image, result.label, {}, {}});
      place = images.end() - 1;
    }
    place->answers.push_back(result);
  }
  return images;
}

Expected<std::string> to_html(const Page& page) {
  Writer out;
  out.html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n<p>{2}</p>\n",
      escape_html(page.title), page_style(), escape_html(page.lead));
  if (!page.facts.empty()) {
    out.html += "<dl>\n";
    for (const auto& [fact, value] : page.facts) {
      out.html +=
          fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_html(fact), escape_html(value));
    }
    out.html += "</dl>\n";
  }
  write_summary(out, page);
  write_images(out, page);
  write_units(out, page);
  out.html +=
      "<footer>Made by brink. Distances are those of the images shown, recomputed from "
      "their pixels by the plain forward pass.</footer>\n</main>\n</body>\n</html>\n";
  if (out.error) return tl::unexpected<Error>(*out.error);
  return std::move(out.html);
}

}  // namespace brink
