// Contact sheets: a grid whose columns are as wide as their widest tile and whose rows are as high
// as their highest, with captions below the tiles.
#include <algorithm>
#include <span>

#include "brink/report/font.h"
#include "brink/report/pictures.h"

namespace brink {

namespace {

constexpr int kGap = 8;                     // between tiles, and around the sheet
constexpr int kCaptionGap = 3;              // between a picture and its caption
constexpr Colour kFrame = {190, 190, 190};  // a hairline, or white images would have no edge

struct Grid {
  int head_width = 0;
  std::vector<int> column_widths;
  std::vector<int> row_heights;
};

int tile_width(const Tile& tile) {
  const int caption = tile.caption.empty() ? 0 : text_size(tile.caption).width;
  return std::max(tile.picture.width + 2, caption);
}

int tile_height(const Tile& tile) {
  const int caption = tile.caption.empty() ? 0 : kCaptionGap + text_size(tile.caption).height;
  return tile.picture.height + 2 + caption;
}

Grid measure(const Sheet& sheet) {
  Grid grid;
  for (const std::string& head : sheet.row_heads) {
    if (!head.empty()) grid.head_width = std::max(grid.head_width, text_size(head).width + kGap);
  }
  for (const auto& row : sheet.rows) {
    if (row.size() > grid.column_widths.size()) grid.column_widths.resize(row.size(), 0);
    int height = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
      grid.column_widths[c] = std::max(grid.column_widths[c], tile_width(row[c]));
      height = std::max(height, tile_height(row[c]));
    }
    grid.row_heights.push_back(height);
  }
  return grid;
}

void draw_tile(Raster& sheet, int left, int top, const Tile& tile) {
  const Raster& picture = tile.picture;
  if (picture.width > 0) {
    for (int y = 0; y < picture.height + 2; ++y) {
      for (int x = 0; x < picture.width + 2; ++x) {
        const bool edge = x == 0 || y == 0 || x == picture.width + 1 || y == picture.height + 1;
        sheet.at(left + x, top + y) = edge ? kFrame : picture.at(x - 1, y - 1);
      }
    }
  }
  draw_text(sheet, left, top + picture.height + 2 + kCaptionGap, tile.caption, kBlack);
}

}  // namespace

Raster contact_sheet(const Sheet& sheet) {
  const Grid grid = measure(sheet);
  const TextSize title = sheet.title.empty() ? TextSize{} : text_size(sheet.title);
  int width = kGap + grid.head_width;
  for (const int column : grid.column_widths) width += column + kGap;
  int height = kGap + (title.height > 0 ? title.height + kGap : 0);
  for (const int row : grid.row_heights) height += row + kGap;
  Raster picture(std::max(width, title.width + 2 * kGap), height, kWhite);
  draw_text(picture, kGap, kGap, sheet.title, kBlack);
  int top = kGap + (title.height > 0 ? title.height + kGap : 0);
  for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
    int left = kGap;
    if (r < sheet.row_heads.size()) draw_text(picture, left, top, sheet.row_heads[r], kBlack);
    left += grid.head_width;
    for (std::size_t c = 0; c < sheet.rows[r].size(); ++c) {
      draw_tile(picture, left, top, sheet.rows[r][c]);
      left += grid.column_widths[c] + kGap;
    }
    top += grid.row_heights[r] + kGap;
  }
  return picture;
}

namespace {

/// The rows of one group of comparisons. `shared`: they have one original, shown once at the left.
void add_group(Sheet& sheet, std::span<const Comparison> group, bool shared, ImageShape shape,
               double low, double high, int scale) {
  std::vector<Tile> originals, found, changes;
  for (const Comparison& one : group) {
    if (!shared || originals.empty()) {
      originals.push_back({grey_picture(one.original, shape, low, high, scale), one.head});
    }
    const bool any = one.found.size() > 0;
    found.push_back(
        {any ? grey_picture(one.found, shape, low, high, scale) : Raster(), one.caption});
    changes.push_back({any ? change_picture(one.found, one.original, shape, scale) : Raster(), ""});
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
                       ImageShape shape, double low, double high, int per_row, int scale) {
  Sheet sheet;
  sheet.title = title;
  const std::span<const Comparison> all = comparisons;
  const bool shared = all.size() > 1 && std::all_of(all.begin(), all.end(), [&](const auto& one) {
                        return one.original == all.front().original;
                      });
  for (std::size_t begin = 0; begin < all.size(); begin += static_cast<std::size_t>(per_row)) {
    const std::size_t count = std::min(all.size() - begin, static_cast<std::size_t>(per_row));
    add_group(sheet, all.subspan(begin, count), shared, shape, low, high, scale);
  }
  return sheet;
}

}  // namespace brink
