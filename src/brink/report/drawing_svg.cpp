// Drawings as SVG 1.1, written by hand: cairo's own SVG turns letters into outlines, which nobody
// can search, edit or read aloud. textLength holds a line to its measured width where the reader
// has another font.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "brink/base/printable.h"
#include "brink/report/drawing.h"
#include "brink/report/html_text.h"

namespace brink {

namespace {

std::string hex(Colour c) {
  return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b);
}

std::string list(const std::vector<Point>& points) {
  std::string text;
  for (const Point& p : points) text += fmt::format(" {:.8g},{:.8g}", p.x, p.y);
  return text.empty() ? text : text.substr(1);
}

struct SvgWriter {
  std::string svg;
  Expected<void> pictures;  ///< the first that cannot be encoded

  void operator()(const Drawing::Area& area) {
    const std::string opacity =
        area.opacity < 1 ? fmt::format(" fill-opacity=\"{:.3g}\"", area.opacity) : "";
    svg += fmt::format("<polygon points=\"{}\" fill=\"{}\"{}/>\n", list(area.corners),
                       hex(area.colour), opacity);
  }

  void operator()(const Drawing::Line& line) {
    svg += fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:.3g}\"/>\n",
        list(line.points), hex(line.colour), line.width);
  }

  void operator()(const Drawing::Text& text) {
    constexpr const char* kAnchors[] = {"start", "middle", "end"};
    const std::string turned =
        text.upwards ? fmt::format(" transform=\"rotate(-90 {:.8g} {:.8g})\"", text.at.x, text.at.y)
                     : "";
    svg += fmt::format(
        "<text x=\"{:.8g}\" y=\"{:.8g}\" fill=\"{}\" text-anchor=\"{}\" textLength=\"{:.2f}\"{}>{}"
        "</text>\n",
        text.at.x, text.at.y, hex(text.colour), kAnchors[static_cast<int>(text.align)],
        text_width(text.text), turned, escape_html(text.text));
  }

  void operator()(const Drawing::Block& block) {
    const auto png = encode_png(block.raster);
    if (!png && pictures) pictures = tl::unexpected(png.error());
    if (!png) return;
    svg += fmt::format(
        "<image x=\"{:.8g}\" y=\"{:.8g}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" "
        "image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\" "
        "xlink:href=\"data:image/png;base64,{}\"/>\n",
        block.at.x, block.at.y, block.raster.width * block.scale, block.raster.height * block.scale,
        base64(*png));
  }
};

}  // namespace

Expected<std::string> to_svg(const Drawing& drawing) {
  SvgWriter writer;
  writer.svg = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
      "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"DejaVu Sans, Verdana, "
      "sans-serif\" font-size=\"{2}\">\n",
      drawing.width(), drawing.height(), kFontSize);
  if (!drawing.title.empty()) {
    writer.svg += fmt::format("<title>{}</title>\n", escape_html(printable(drawing.title)));
  }
  if (!drawing.note.empty()) {
    writer.svg += fmt::format("<desc>question {}</desc>\n", escape_html(printable(drawing.note)));
  }
  writer.svg += fmt::format("<rect width=\"{}\" height=\"{}\" fill=\"#ffffff\"/>\n",
                            drawing.width(), drawing.height());
  for (const Drawing::Item& item : drawing.items()) std::visit(writer, item);
  if (!writer.pictures) return tl::unexpected(writer.pictures.error());
  return writer.svg + "</svg>\n";
}

}  // namespace brink
