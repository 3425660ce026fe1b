// Thumbnails in sprite sheets: 256 small pictures a PNG, so that a page of ten thousand images
// holds a hundred pictures that a browser decodes only when it needs one.
//
// Sprite s stands in sheet s / 256; within it cells are numbered row by row, 16 a row. All cells of
// a sheet have one shape. Numbers are given in the order of `add`, so what is shown together should
// be added together: it then comes from the same sheet.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "brink/report/pictures.h"

namespace brink {

/// As image_picture() draws it: greys row by row, 0 black, or red, green and blue of each pixel; no
/// bytes: there is no picture.
struct Thumbnail {
  ImageShape shape;
  std::vector<std::uint8_t> bytes;

  bool empty() const { return bytes.empty(); }
};

/// `low` black, `high` white, values outside cut. `image` has shape.size() values.
Thumbnail image_thumbnail(const Eigen::VectorXd& image, ImageShape shape, double low, double high);

/// x_j - x~_j rescaled and signed: 128 unchanged, 255 the largest change if lighter, 1 if darker;
/// in colour of the channel that changes most. Grey.
Thumbnail change_thumbnail(const Eigen::VectorXd& x, const Eigen::VectorXd& original,
                           ImageShape shape);

class SpriteSheets {
 public:
  static constexpr int kPerRow = 16;
  static constexpr int kPerSheet = 256;

  /// The sprite's number; -1 for an empty thumbnail.
  int add(const Thumbnail& thumbnail);

  struct Sheet {
    ImageShape shape;  ///< of one cell
    int count = 0;
    std::vector<std::uint8_t> bytes;  ///< cell by cell
  };
  const std::vector<Sheet>& sheets() const { return sheets_; }

  /// The PNG file of one sheet.
  static Expected<std::string> encode(const Sheet& sheet);

 private:
  std::vector<Sheet> sheets_;
};

}  // namespace brink
