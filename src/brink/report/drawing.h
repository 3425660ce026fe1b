// A picture as a list of shapes, and as a file: PNG, SVG or PDF, all of the same list.
//
// Lengths are in points, which are the pixels of a PNG; x grows to the right, y downwards from the
// top left corner. The ground is white.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "brink/io/png.h"

namespace brink {

inline constexpr double kFontSize = 11;
inline constexpr double kLineHeight = 14;  ///< from baseline to baseline
inline constexpr double kAscent = 10;      ///< what a line covers above its baseline

struct Point {
  double x = 0;
  double y = 0;
};

class Drawing {
 public:
  enum class Align { left, middle, right };

  struct Area {
    std::vector<Point> corners;
    Colour colour;
    double opacity = 1;
  };
  struct Line {
    std::vector<Point> points;
    Colour colour;
    double width = 1;
  };
  struct Text {
    Point at;  ///< on the baseline
    std::string text;
    Colour colour;
    Align align = Align::left;
    bool upwards = false;  ///< turned by a quarter
  };
  struct Block {
    Point at;
    Raster raster;
    int scale = 1;  ///< each of its pixels is a square of so many points
  };
  using Item = std::variant<Area, Line, Text, Block>;

  Drawing(int width, int height) : width_(width), height_(height) {}

  void area(std::vector<Point> corners, Colour colour, double opacity = 1);
  void rectangle(Point at, double width, double height, Colour colour);
  void line(std::vector<Point> points, Colour colour, double width = 1);
  /// One line; what cannot be printed is escaped (base/printable.h).
  void text(Point at, std::string_view text, Colour colour = kBlack, Align align = Align::left,
            bool upwards = false);
  void block(Point at, Raster raster, int scale);

  int width() const { return width_; }
  int height() const { return height_; }
  const std::vector<Item>& items() const { return items_; }

  std::string title;  ///< of the file, as is
  std::string note;   ///< what the picture is of, in ASCII; see with_note() of io/png.h

 private:
  int width_;
  int height_;
  std::vector<Item> items_;
};

/// What a line of `text` covers.
double text_width(std::string_view text);
/// `text`, cut to `width` with an ellipsis if it must be.
std::string shortened(std::string_view text, double width);

enum class PictureFormat { png, svg, pdf };

/// By the ending of the name, in either case; none: PNG. Another ending is an error.
Expected<PictureFormat> picture_format(const std::filesystem::path& path);

/// The bytes of the file: the same for the same drawing. Text stays text in SVG and PDF.
Expected<std::string> encode(const Drawing& drawing, PictureFormat format);

/// In the format that `path` asks for; atomic, see base/files.h.
Expected<void> write_drawing(const Drawing& drawing, const std::filesystem::path& path);

// The formats, one by one.
Expected<Raster> to_raster(const Drawing& drawing);
Expected<std::string> to_pdf(const Drawing& drawing);
Expected<std::string> to_svg(const Drawing& drawing);

}  // namespace brink
