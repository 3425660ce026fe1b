// Contact sheets: a grid whose columns are as wide as their widest tile and whose rows are as high
// as their highest, with captions below the tiles.
#include <algorithm>
#include <cmath>
#include <span>

#include "brink/report/pictures.h"

namespace brink {

namespace {

constexpr double kGap = 8;                  // between tiles, and around the sheet
constexpr double kCaptionGap = 3;           // between a picture and its caption
constexpr Colour kFrame = {190, 190, 190};  // a hairline, or white images would have no edge

struct Extent {
  double width = 0;
  double height = 0;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

Extent text_extent(const std::string& text) {
  Extent extent;
  for (const std::string& line : lines_of(text)) {
    extent.width = std::max(extent.width, std::ceil(text_width(line)));
    extent.height += kLineHeight;
  }
  return extent;
}

void draw_lines(Drawing& drawing, Point corner, const std::string& text) {
  corner.y += kAscent;
  for (const std::string& line : lines_of(text)) {
    drawing.text(corner, line);
    corner.y += kLineHeight;
  }
}

/// A picture with its frame.
Extent framed(const Raster& picture, int scale) {
  return {picture.width * scale + 2.0, picture.height * scale + 2.0};
}

struct Grid {
  double head_width = 0;
  std::vector<double> column_widths;
  std::vector<double> row_heights;
};

Grid measure(const Sheet& sheet) {
  Grid grid;
  for (const std::string& head : sheet.row_heads) {
    if (!head.empty()) grid.head_width = std::max(grid.head_width, text_extent(head).width + kGap);
  }
  for (const auto& row : sheet.rows) {
    if (row.size() > grid.column_widths.size()) grid.column_widths.resize(row.size(), 0);
    double height = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const Extent picture = framed(row[c].picture, sheet.scale);
      const Extent caption = text_extent(row[c].caption);
      double& width = grid.column_widths[c];
      width = std::max({width, picture.width, caption.width});
      const double below = caption.height > 0 ? kCaptionGap + caption.height : 0;
      height = std::max(height, picture.height + below);
    }
    grid.row_heights.push_back(height);
  }
  return grid;
}

void draw_tile(Drawing& drawing, Point corner, const Tile& tile, int scale) {
  const Extent picture = framed(tile.picture, scale);
  if (tile.picture.width > 0) {
    drawing.rectangle(corner, picture.width, picture.height, kFrame);
    drawing.block({corner.x + 1, corner.y + 1}, tile.picture, scale);
  }
  draw_lines(drawing, {corner.x, corner.y + picture.height + kCaptionGap}, tile.caption);
}

}  // namespace

Drawing contact_sheet(const Sheet& sheet) {
  const Grid grid = measure(sheet);
  const Extent title = text_extent(sheet.title);
  double width = kGap + grid.head_width;
  for (const double column : grid.column_widths) width += column + kGap;
  double top = kGap + (title.height > 0 ? title.height + kGap : 0);
  double height = top;
  for (const double row : grid.row_heights) height += row + kGap;
  Drawing drawing(static_cast<int>(std::max(width, title.width + 2 * kGap)),
                  static_cast<int>(height));
  drawing.title = sheet.title;
  draw_lines(drawing, {kGap, kGap}, sheet.title);
  for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
    double left = kGap;
    if (r < sheet.row_heads.size()) draw_lines(drawing, {left, top}, sheet.row_heads[r]);
    left += grid.head_width;
    for (std::size_t c = 0; c < sheet.rows[r].size(); ++c) {
      draw_tile(drawing, {left, top}, sheet.rows[r][c], sheet.scale);
      left += grid.column_widths[c] + kGap;
    }
    top += grid.row_heights[r] + kGap;
  }
  return drawing;
}

namespace {

/// The rows of one group of comparisons. `shared`: they have one original, shown once at the left.
void add_group(Sheet& sheet, std::span<const Comparison> group, bool shared, ImageShape shape,
               double low, double high) {
  std::vector<Tile> originals, found, changes;
  for (const Comparison& one : group) {
    if (!shared || originals.empty()) {
      originals.push_back({image_picture(one.original, shape, low, high, 1), one.head});
    }
    const bool any = one.found.size() > 0;
    found.push_back({any ? image_picture(one.found, shape, low, high, 1) : Raster(), one.caption});
    changes.push_back({any ? change_picture(one.found, one.original, shape, 1) : Raster(), ""});
  }
  if (shared) {
    found.insert(found.begin(), originals.front());
    changes.insert(changes.begin(), Tile());
    sheet.rows.insert(sheet.rows.end(), {found, changes});
    sheet.row_heads.insert(sheet.row_heads.end(), {"", "change"});
  } else {
    sheet.rows.insert(sheet.rows.end(), {originals, found, changes});
    sheet.row_heads.insert(sheet.row_heads.end(), {"original", "adversarial", "change"});
  }
}

}  // namespace

Sheet comparison_sheet(const std::string& title, const std::vector<Comparison>& comparisons,
                       ImageShape shape, double low, double high, int per_row) {
  Sheet sheet;
  sheet.title = title;
  const std::span<const Comparison> all = comparisons;
  const bool shared = all.size() > 1 && std::all_of(all.begin(), all.end(), [&](const auto& one) {
                        return one.original == all.front().original;
                      });
  for (std::size_t begin = 0; begin < all.size(); begin += static_cast<std::size_t>(per_row)) {
    const std::size_t count = std::min(all.size() - begin, static_cast<std::size_t>(per_row));
    add_group(sheet, all.subspan(begin, count), shared, shape, low, high);
  }
  return sheet;
}

}  // namespace brink
