// Values to pixels: one rule a picture, shared by contact sheets, PNG files and the HTML page.
#include "brink/report/pictures.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "brink/data/layout.h"

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

/// colour(row, column of the picture).
Raster paint(ImageShape shape, int scale, const std::function<Colour(int, int)>& colour) {
  Raster picture(shape.width(), shape.rows, kWhite);
  for (int row = 0; row < shape.rows; ++row) {
    for (int column = 0; column < picture.width; ++column) {
      picture.at(column, row) = colour(row, column);
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

ImageShape shape_of(const std::vector<std::int64_t>& input) {
  std::vector<int> extents;
  Eigen::Index size = 1;
  for (const std::int64_t extent : input) {
    extents.push_back(static_cast<int>(extent));
    size *= extent;
  }
  if (extents.size() > 1 && extents.front() == 1) extents.erase(extents.begin());
  if (extents.size() == 2 && extents[0] > 1 && extents[1] > 1) return {extents[0], extents[1]};
  if (extents.size() != 3) return shape_of(size);
  const bool last = channels_are_last(extents[0], extents[2]);
  const ImageShape shape = last ? ImageShape{extents[0], extents[1], extents[2], true}
                                : ImageShape{extents[1], extents[2], extents[0], false};
  return shape.rows > 1 && shape.columns > 1 ? shape : shape_of(size);
}

ImageShape shape_of(const Dataset& set) {
  return {set.rows, set.columns, set.channels, set.channels_last};
}

Eigen::Index ImageShape::at(int row, int column, int channel) const {
  const Eigen::Index place = Eigen::Index{row} * columns + column;
  return channels_last ? place * channels + channel
                       : Eigen::Index{channel} * rows * columns + place;
}

double furthest_value(const Eigen::VectorXd& values, ImageShape shape, int row, int column) {
  if (!shape.colour()) {
    return values(shape.at(row, column % shape.columns, column / shape.columns));
  }
  double result = 0;
  for (int channel = 0; channel < shape.channels; ++channel) {
    const double value = values(shape.at(row, column, channel));
    if (std::abs(value) > std::abs(result)) result = value;
  }
  return result;
}

Raster image_picture(const Eigen::VectorXd& image, ImageShape shape, double low, double high,
                     int scale) {
  const double range = high > low ? high - low : 1;
  return paint(shape, scale, [&](int row, int column) {
    if (!shape.colour()) return grey((furthest_value(image, shape, row, column) - low) / range);
    const auto byte = [&](int channel) {
      return to_byte((image(shape.at(row, column, channel)) - low) / range);
    };
    return Colour{byte(0), byte(1), byte(2)};
  });
}

Raster change_picture(const Eigen::VectorXd& x, const Eigen::VectorXd& original, ImageShape shape,
                      int scale) {
  const Eigen::VectorXd change = rescaled_change(x, original);
  return paint(shape, scale, [&](int row, int column) {
    return grey(1 - std::abs(furthest_value(change, shape, row, column)));
  });
}

Raster signed_change_picture(const Eigen::VectorXd& x, const Eigen::VectorXd& original,
                             ImageShape shape, int scale) {
  const Eigen::VectorXd change = rescaled_change(x, original);
  return paint(shape, scale, [&](int row, int column) {
    const double value = furthest_value(change, shape, row, column);
    const std::uint8_t rest = to_byte(1 - std::abs(value));
    return value >= 0 ? Colour{255, rest, rest} : Colour{rest, rest, 255};
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
