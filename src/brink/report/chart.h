// A line chart as a picture: steps with a band, axes with round numbers, a legend.
#pragma once

#include <string>
#include <vector>

#include "brink/io/png.h"

namespace brink {

/// A step function: from x of the point before (excluded) to its own x (included) it is between
/// `low` and `high`.
struct Step {
  double x = 0;
  double low = 0;
  double high = 0;
};

struct Series {
  std::string name;
  std::vector<Step> steps;  ///< x ascending, the first at 0
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;  ///< y in [0, 1], shown in percent
};

/// The x axis ends where the last curve does.
Raster draw_chart(const Chart& chart);

/// Distances between ticks: 1, 2 or 5 times a power of ten, so that there are 4 to 10 of them in
/// `length` > 0.
double tick_step(double length);

}  // namespace brink
