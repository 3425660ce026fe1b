// One PNG a sheet and not one a thumbnail: a PNG file of 28 x 28 pixels is a fifth headers, and a
// document with thirty thousand data URIs takes seconds to parse. One PNG for all was dropped: a
// phone refuses pictures of more than 16 million pixels, and the first screen would wait for all.
#include "brink/report/sprites.h"

#include <algorithm>
#include <cmath>

namespace brink {

namespace {

std::uint8_t sprite_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

/// Cells of one size and kind of pixels stand in one sheet.
bool same(ImageShape a, ImageShape b) {
  return a.rows == b.rows && a.width() == b.width() && a.colour() == b.colour();
}

}  // namespace

Thumbnail image_thumbnail(const Eigen::VectorXd& image, ImageShape shape, double low, double high) {
  Thumbnail thumbnail{shape, {}};
  for (const Colour pixel : image_picture(image, shape, low, high, 1).pixels) {
    thumbnail.bytes.push_back(pixel.r);
    if (shape.colour()) thumbnail.bytes.insert(thumbnail.bytes.end(), {pixel.g, pixel.b});
  }
  return thumbnail;
}

Thumbnail change_thumbnail(const Eigen::VectorXd& x, const Eigen::VectorXd& original,
                           ImageShape shape) {
  const Eigen::VectorXd change = x - original;
  const double largest = change.size() > 0 ? change.cwiseAbs().maxCoeff() : 0;
  Thumbnail thumbnail{{shape.rows, shape.width()}, {}};
  for (int row = 0; row < shape.rows; ++row) {
    for (int column = 0; column < shape.width(); ++column) {
      const double value = furthest_value(change, shape, row, column);
      thumbnail.bytes.push_back(sprite_byte(128 + (largest > 0 ? 127 * value / largest : 0)));
    }
  }
  return thumbnail;
}

int SpriteSheets::add(const Thumbnail& thumbnail) {
  if (thumbnail.empty()) return -1;
  const auto open = [&](const Sheet& sheet) {
    return sheet.count < kPerSheet && same(sheet.shape, thumbnail.shape);
  };
  // At most one sheet a shape has room, and it is the last of its shape.
  auto sheet = std::find_if(sheets_.rbegin(), sheets_.rend(), open);
  if (sheet == sheets_.rend()) {
    sheets_.push_back({thumbnail.shape, 0, {}});
    sheet = sheets_.rbegin();
  }
  sheet->bytes.insert(sheet->bytes.end(), thumbnail.bytes.begin(), thumbnail.bytes.end());
  const auto number = static_cast<int>(&*sheet - sheets_.data());
  return number * kPerSheet + sheet->count++;
}

Expected<std::string> SpriteSheets::encode(const Sheet& sheet) {
  const int rows = sheet.shape.rows, columns = sheet.shape.width();
  const bool colour = sheet.shape.colour();
  const int lines = (sheet.count + kPerRow - 1) / kPerRow;
  Raster picture(kPerRow * columns, lines * rows, kWhite);
  auto byte = sheet.bytes.begin();
  for (int cell = 0; cell < sheet.count; ++cell) {
    const int left = cell % kPerRow * columns;
    const int top = cell / kPerRow * rows;
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        Colour& pixel = picture.at(left + column, top + row);
        pixel.r = pixel.g = pixel.b = *byte++;
        if (colour) {
          pixel.g = *byte++;
          pixel.b = *byte++;
        }
      }
    }
  }
  return encode_png(picture);
}

}  // namespace brink
