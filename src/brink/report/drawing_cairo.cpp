// Drawings as pixels and as PDF, by cairo, in DejaVu Sans.
//
// The font is in the program and reaches cairo through FreeType: fontconfig would look for files,
// write caches into the user's home and draw another font where this one is missing. Pictures of
// pixels are laid out by nearest neighbour; in PDF, whose viewers smooth what they enlarge a
// little, every pixel is repeated first.
#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <cairo.h>

#include <algorithm>
#include <memory>

#include "brink/base/printable.h"
#include "brink/report/drawing.h"
#include "brink/report/embedded_files.h"
#include "brink/report/pictures.h"

namespace brink {

namespace {

constexpr int kTile = 4096;       // cairo's own pictures end at 32,767 pixels
constexpr int kPdfPicture = 112;  // pixels a side, about, that a small picture gets in PDF

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

Surface hold(cairo_surface_t* surface) {
  return {surface, &cairo_surface_destroy};
}

cairo_font_face_t* font_face() {
  static cairo_font_face_t* const face = [] {
    const std::string_view file = embedded_file("DejaVuSans.ttf");
    FT_Library library = nullptr;
    FT_Face font = nullptr;
    FT_Init_FreeType(&library);
    FT_New_Memory_Face(library, reinterpret_cast<const FT_Byte*>(file.data()),
                       static_cast<FT_Long>(file.size()), 0, &font);
    return cairo_ft_font_face_create_for_ft_face(font, 0);
  }();
  return face;
}

/// Widths are those of the design, whatever the format; letters are fitted to pixels in height
/// alone.
void set_font(cairo_t* cairo) {
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_set_font_options(cairo, options);
  cairo_font_options_destroy(options);
  cairo_set_font_face(cairo, font_face());
  cairo_set_font_size(cairo, kFontSize);
}

/// The raster's pixels as cairo has them.
Surface surface_of(const Raster& raster) {
  Surface surface =
      hold(cairo_image_surface_create(CAIRO_FORMAT_RGB24, raster.width, raster.height));
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return surface;
  unsigned char* const bytes = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int y = 0; y < raster.height; ++y) {
    auto* const row = reinterpret_cast<std::uint32_t*>(bytes + std::ptrdiff_t{y} * stride);
    for (int x = 0; x < raster.width; ++x) {
      const Colour& c = raster.at(x, y);
      row[x] = std::uint32_t{c.r} << 16 | std::uint32_t{c.g} << 8 | c.b;
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

struct CairoPainter {
  cairo_t* cairo;
  bool pdf;

  void set_colour(Colour c, double opacity = 1) const {
    cairo_set_source_rgba(cairo, c.r / 255.0, c.g / 255.0, c.b / 255.0, opacity);
  }

  void path(const std::vector<Point>& points) const {
    cairo_new_path(cairo);  // text leaves its end behind
    for (const Point& p : points) cairo_line_to(cairo, p.x, p.y);
  }

  void operator()(const Drawing::Area& area) const {
    set_colour(area.colour, area.opacity);
    path(area.corners);
    cairo_fill(cairo);
  }

  void operator()(const Drawing::Line& line) const {
    set_colour(line.colour);
    cairo_set_line_width(cairo, line.width);
    path(line.points);
    cairo_stroke(cairo);
  }

  void operator()(const Drawing::Text& text) const {
    set_colour(text.colour);
    cairo_save(cairo);
    cairo_translate(cairo, text.at.x, text.at.y);
    if (text.upwards) cairo_rotate(cairo, -1.57079632679489662);
    const double before[] = {0, 0.5, 1};
    cairo_move_to(cairo, -before[static_cast<int>(text.align)] * text_width(text.text), 0);
    cairo_show_text(cairo, text.text.c_str());
    cairo_restore(cairo);
  }

  void operator()(const Drawing::Block& block) const {
    const int width = block.raster.width * block.scale, height = block.raster.height * block.scale;
    double left = 0, top = 0, right = 0, bottom = 0;
    cairo_clip_extents(cairo, &left, &top, &right, &bottom);
    if (block.at.x > right || block.at.y > bottom || block.at.x + width < left ||
        block.at.y + height < top) {
      return;
    }
    const int side = std::max(block.raster.width, block.raster.height);
    const int repeat = pdf ? std::clamp(kPdfPicture / side, 1, 8) : 1;
    const Surface pixels = surface_of(scaled(block.raster, repeat));
    cairo_save(cairo);
    cairo_translate(cairo, block.at.x, block.at.y);
    cairo_rectangle(cairo, 0, 0, width, height);
    const double scale = static_cast<double>(block.scale) / repeat;
    cairo_scale(cairo, scale, scale);
    cairo_set_source_surface(cairo, pixels.get(), 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    cairo_fill(cairo);
    cairo_restore(cairo);
  }
};

Expected<void> paint(const Drawing& drawing, cairo_surface_t* surface, Point corner, bool pdf) {
  const Context cairo(cairo_create(surface), &cairo_destroy);
  set_font(cairo.get());
  cairo_translate(cairo.get(), -corner.x, -corner.y);
  cairo_set_source_rgb(cairo.get(), 1, 1, 1);
  cairo_paint(cairo.get());
  for (const Drawing::Item& item : drawing.items()) {
    std::visit(CairoPainter{cairo.get(), pdf}, item);
  }
  cairo_surface_flush(surface);
  const cairo_status_t status = cairo_status(cairo.get());
  if (status == CAIRO_STATUS_SUCCESS) return {};
  return failure("cannot draw a picture: {}", cairo_status_to_string(status));
}

cairo_status_t append(void* text, const unsigned char* bytes, unsigned size) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), size);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

double text_width(std::string_view text) {
  static const Surface surface = hold(cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1));
  const Context cairo(cairo_create(surface.get()), &cairo_destroy);
  set_font(cairo.get());
  cairo_text_extents_t extents{};
  cairo_text_extents(cairo.get(), printable(text).c_str(), &extents);
  return extents.x_advance;
}

Expected<Raster> to_raster(const Drawing& drawing) {
  Raster picture(drawing.width(), drawing.height(), kWhite);
  for (int top = 0; top < picture.height; top += kTile) {
    for (int left = 0; left < picture.width; left += kTile) {
      const int width = std::min(kTile, picture.width - left);
      const int height = std::min(kTile, picture.height - top);
      const Surface tile = hold(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
      const Point corner{static_cast<double>(left), static_cast<double>(top)};
      if (auto ok = paint(drawing, tile.get(), corner, false); !ok)
        return tl::unexpected(ok.error());
      const unsigned char* const bytes = cairo_image_surface_get_data(tile.get());
      const int stride = cairo_image_surface_get_stride(tile.get());
      for (int y = 0; y < height; ++y) {
        const auto* const row =
            reinterpret_cast<const std::uint32_t*>(bytes + std::ptrdiff_t{y} * stride);
        for (int x = 0; x < width; ++x) {
          picture.at(left + x, top + y) = {static_cast<std::uint8_t>(row[x] >> 16),
                                           static_cast<std::uint8_t>(row[x] >> 8),
                                           static_cast<std::uint8_t>(row[x])};
        }
      }
    }
  }
  return picture;
}

Expected<std::string> to_pdf(const Drawing& drawing) {
  std::string pdf;
  const Surface surface =
      hold(cairo_pdf_surface_create_for_stream(append, &pdf, drawing.width(), drawing.height()));
  const auto say = [&surface](cairo_pdf_metadata_t what, const std::string& text) {
    cairo_pdf_surface_set_metadata(surface.get(), what, text.c_str());
  };
  say(CAIRO_PDF_METADATA_CREATE_DATE, "none");  // the same bytes tomorrow
  say(CAIRO_PDF_METADATA_CREATOR, "brink");
  if (!drawing.title.empty()) say(CAIRO_PDF_METADATA_TITLE, printable(drawing.title));
  if (!drawing.note.empty()) say(CAIRO_PDF_METADATA_SUBJECT, "question " + drawing.note);
  if (auto ok = paint(drawing, surface.get(), {}, true); !ok) {
    return tl::unexpected(ok.error());
  }
  cairo_surface_finish(surface.get());
  const cairo_status_t status = cairo_surface_status(surface.get());
  if (status == CAIRO_STATUS_SUCCESS) return pdf;
  return failure("cannot write a PDF: {}", cairo_status_to_string(status));
}

}  // namespace brink
