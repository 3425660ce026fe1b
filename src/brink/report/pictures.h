// Images, their changes and contact sheets as pictures. No mathematics beyond rescaling.
//
// The figures of the papers: an image in its own grey, and "the change, rescaled": white where
// nothing changed, black where the change is largest (Fischetti & Jo 2018, figures 3 and 5).
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "brink/data/dataset.h"
#include "brink/report/drawing.h"

namespace brink {

/// n_0 = rows * columns * channels values: channel by channel, each row by row, or the channels of
/// each pixel together.
struct ImageShape {
  int rows = 0;
  int columns = 0;
  int channels = 1;
  bool channels_last = false;

  bool operator==(const ImageShape&) const = default;
  Eigen::Index size() const { return Eigen::Index{rows} * columns * channels; }
  /// Three or four channels are red, green, blue and what is passed over; others are drawn side by
  /// side in grey.
  bool colour() const { return channels == 3 || channels == 4; }
  /// Pixels from left to right.
  int width() const { return colour() ? columns : columns * channels; }
  Eigen::Index at(int row, int column, int channel) const;
};

/// The square of n_0 pixels if there is one (784: 28 x 28), else a single row.
ImageShape shape_of(Eigen::Index n0);
/// Of a network's input, a batch of 1 in front: pictures in colour and grey by the extents, else
/// as above.
ImageShape shape_of(const std::vector<std::int64_t>& input);
ImageShape shape_of(const Dataset& set);

/// Of the values at this pixel of the picture, which in colour are several, the one furthest from
/// 0.
double furthest_value(const Eigen::VectorXd& values, ImageShape shape, int row, int column);

/// `low` black, `high` white (in each channel), values outside cut. Each pixel becomes `scale` x
/// `scale` pixels.
Raster image_picture(const Eigen::VectorXd& image, ImageShape shape, double low, double high,
                     int scale);

/// |x_j - x~_j| rescaled: white unchanged, black the largest change of this image. No change at
/// all: white. In colour the largest of the channels counts.
Raster change_picture(const Eigen::VectorXd& x, const Eigen::VectorXd& original, ImageShape shape,
                      int scale);

/// x_j - x~_j rescaled: white unchanged, full red the largest change if lighter, full blue if
/// darker.
Raster signed_change_picture(const Eigen::VectorXd& x, const Eigen::VectorXd& original,
                             ImageShape shape, int scale);

/// Every pixel as a `factor` x `factor` block; factor >= 1.
Raster scaled(const Raster& picture, int factor);

/// A picture with lines of caption below it; an empty picture leaves its place free.
struct Tile {
  Raster picture;
  std::string caption;
};

struct Sheet {
  std::string title;                    ///< empty: none
  std::vector<std::vector<Tile>> rows;  ///< rows may differ in length
  std::vector<std::string> row_heads;   ///< left of each row; missing ones are empty
  int scale = 1;                        ///< points of the sheet per pixel of a picture
};

/// All tiles on a white ground, columns aligned, black captions.
Drawing contact_sheet(const Sheet& sheet);

/// One column of a comparison: an image, the one found for it, what to write below.
struct Comparison {
  Eigen::VectorXd original;
  Eigen::VectorXd found;  ///< empty: nothing was found
  std::string head;       ///< below the original
  std::string caption;    ///< below the image found
};

/// Rows "original", "adversarial", "change"; at most `per_row` comparisons side by side, then three
/// more rows below. If all have one original, it stands once at the left, and the first row is
/// dropped. Greys span [low, high].
Sheet comparison_sheet(const std::string& title, const std::vector<Comparison>& comparisons,
                       ImageShape shape, double low, double high, int per_row = 10);

}  // namespace brink
