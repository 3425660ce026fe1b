// Values to pixels: one rule a picture, shared by contact sheets, PNG files and the HTML page.
#include "brink/report/pictures.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace brink {

namespace {

/// t in [0, 1] to 0..255, cut outside.
std::uint8_t to_byte(double t) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(t, 0.0, 1.0)));
}

Colour grey(double t) {
  const std::uint8_t v = to_byte(t);
  return {v, v, v};
}

/// colour(j) for pixel j = row * columns + column.
Raster paint(ImageShape shape, int scale, const std::function<Colour(Eigen::Index)>& colour) {
  Raster picture(shape.columns, shape.rows, kWhite);
  for (int row = 0; row < shape.rows; ++row) {
    for (int column = 0; column < shape.columns; ++column) {
      picture.at(column, row) = colour(Eigen::Index{row} * shape.columns + column);
    }
  }
  return scaled(picture, scale);
}

/// (x - x~) / max |x - x~|, zero when nothing changed.
Eigen::VectorXd rescaled_change(const Eigen::VectorXd& x, const Eigen::VectorXd& original) {
  Eigen::VectorXd change = x - original;
  const double largest = change.size() > 0 ? change.cwiseAbs().maxCoeff() : 0;
  if (largest > 0) change /= largest;
  return change;
}

}  // namespace

ImageShape shape_of(Eigen::Index n0) {
  const int n = static_cast<int>(n0);
  const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(n))));
  return side * side == n ? ImageShape{side, side} : ImageShape{1, n};
}

Raster grey_picture(const Eigen::VectorXd& image, ImageShape shape, double low, double high,
                    int scale) {
  const double range = high > low ? high - low : 1;
  return paint(shape, scale, [&](Eigen::Index j) { return grey((image(j) - low) / range); });
}

Raster change_picture(const Eigen::VectorXd& x, const Eigen::VectorXd& original, ImageShape shape,
                      int scale) {
  const Eigen::VectorXd change = rescaled_change(x, original);
  return paint(shape, scale, [&](Eigen::Index j) { return grey(1 - std::abs(change(j))); });
}

Raster signed_change_picture(const Eigen::VectorXd& x, const Eigen::VectorXd& original,
                             ImageShape shape, int scale) {
  const Eigen::VectorXd change = rescaled_change(x, original);
  return paint(shape, scale, [&](Eigen::Index j) {
    const std::uint8_t rest = to_byte(1 - std::abs(change(j)));
    return change(j) >= 0 ? Colour{255, rest, rest} : Colour{rest, rest, 255};
  });
}

Raster scaled(const Raster& picture, int factor) {
  Raster large(picture.width * factor, picture.height * factor, kWhite);
  for (int y = 0; y < large.height; ++y) {
    for (int x = 0; x < large.width; ++x) large.at(x, y) = picture.at(x / factor, y / factor);
  }
  return large;
}

}  // namespace brink
