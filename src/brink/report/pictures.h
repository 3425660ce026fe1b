// Images, their changes and contact sheets as pictures. No mathematics beyond rescaling.
//
// The figures of the papers: an image in its own grey, and "the change, rescaled": white where
// nothing changed, black where the change is largest (Fischetti & Jo 2018, figures 3 and 5).
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "brink/report/drawing.h"

namespace brink {

/// n_0 = rows * columns values, row by row.
struct ImageShape {
  int rows = 0;
  int columns = 0;
};

/// The square of n_0 pixels if there is one (784: 28 x 28), else a single row.
ImageShape shape_of(Eigen::Index n0);

/// `low` black, `high` white, values outside cut. Each value becomes `scale` x `scale` pixels.
Raster grey_picture(const Eigen::VectorXd& image, ImageShape shape, double low, double high,
                    int scale);

/// |x_j - x~_j| rescaled: white unchanged, black the largest change of this image. No change at
/// all: white.
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
