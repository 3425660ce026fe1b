// A line chart: steps with a band, axes with round numbers, a legend.
#pragma once

#include <string>
#include <vector>

#include "brink/report/drawing.h"

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
  std::string band_label;      ///< in the legend, where a curve is a band
  std::vector<Series> series;  ///< y in [0, 1], shown in percent
  int width = 640;             ///< at least kLeastChart
  int height = 420;            ///< the drawing is higher where the legend needs it
};

inline constexpr int kLeastChart = 240;

/// The x axis ends where the last curve does. Text that is too long is cut.
Drawing draw_chart(const Chart& chart);

/// The distance between ticks: 1, 2 or 5 times a power of ten, the least that makes at most `most`
/// steps in `length` > 0.
double tick_step(double length, int most);

}  // namespace brink
