#include "brink/report/drawing.h"

#include "brink/base/files.h"
#include "brink/base/printable.h"

namespace brink {

void Drawing::area(std::vector<Point> corners, Colour colour, double opacity) {
  items_.emplace_back(Area{std::move(corners), colour, opacity});
}

void Drawing::rectangle(Point at, double width, double height, Colour colour) {
  const Point end{at.x + width, at.y + height};
  area({at, {end.x, at.y}, end, {at.x, end.y}}, colour);
}

void Drawing::line(std::vector<Point> points, Colour colour, double width) {
  items_.emplace_back(Line{std::move(points), colour, width});
}

void Drawing::text(Point at, std::string_view text, Colour colour, Align align, bool upwards) {
  if (!text.empty()) items_.emplace_back(Text{at, printable(text), colour, align, upwards});
}

void Drawing::block(Point at, Raster raster, int scale) {
  items_.emplace_back(Block{at, std::move(raster), scale});
}

std::string shortened(std::string_view text, double width) {
  std::string shown = printable(text);
  if (text_width(shown) <= width) return shown;
  const std::string ellipsis = "\u2026";
  while (!shown.empty() && text_width(shown + ellipsis) > width) {
    while (!shown.empty() && (shown.back() & 0xc0) == 0x80) shown.pop_back();
    if (!shown.empty()) shown.pop_back();
  }
  return shown + ellipsis;
}

Expected<PictureFormat> picture_format(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (ending.empty() || ending == ".png") return PictureFormat::png;
  if (ending == ".svg") return PictureFormat::svg;
  if (ending == ".pdf") return PictureFormat::pdf;
  return bad_request("'{}': a picture's name ends in .png, .svg or .pdf", path.string());
}

Expected<std::string> encode(const Drawing& drawing, PictureFormat format) {
  if (format == PictureFormat::svg) return to_svg(drawing);
  if (format == PictureFormat::pdf) return to_pdf(drawing);
  const auto raster = to_raster(drawing);
  if (!raster) return tl::unexpected<Error>(raster.error());
  auto png = encode_png(*raster);
  if (png && !drawing.note.empty()) *png = with_note(std::move(*png), drawing.note);
  return png;
}

Expected<void> write_drawing(const Drawing& drawing, const std::filesystem::path& path) {
  const auto format = picture_format(path);
  if (!format) return tl::unexpected<Error>(format.error());
  const auto bytes = encode(drawing, *format);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  return write_file(path, *bytes);
}

}  // namespace brink
