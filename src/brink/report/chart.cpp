// The plot takes what margins, title and legend leave. The legend stands above it: in a corner it
// would hide a curve sooner or later.
#include "brink/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace brink {

namespace {

constexpr double kLeft = 64, kRight = 22, kTop = 12, kBottom = 50;
constexpr double kLeastPlot = 100;
constexpr double kSwatch = 22, kEntryGap = 18;
constexpr double kXTick = 60, kYTick = 32;  // least distance between ticks
constexpr Colour kGrid{225, 225, 225};
constexpr Colour kAxis{90, 90, 90};
constexpr double kBandOpacity = 0.25;
constexpr Colour kBand{214, 214, 214};  // any curve's
/// Okabe and Ito's colours, told apart by the colour-blind too.
constexpr std::array<Colour, 7> kColours = {
    Colour{0, 114, 178}, Colour{213, 94, 0},   Colour{0, 158, 115}, Colour{204, 121, 167},
    Colour{230, 159, 0}, Colour{86, 180, 233}, Colour{90, 90, 90}};

struct LegendEntry {
  Point at;  ///< left end of its swatch, at mid height
  std::string name;
  Colour colour;
  double height;  ///< of the swatch
};

struct Plot {
  double left = 0, top = 0, right = 0, bottom = 0;
  double x_end = 1;

  double x(double value) const { return left + value / x_end * (right - left); }
  double y(double share) const { return bottom - share * (bottom - top); }
};

/// Onto the middle of a pixel, where a hairline is sharp.
double crisp(double coordinate) {
  return std::floor(coordinate) + 0.5;
}

bool is_band(const Series& series) {
  return std::any_of(series.steps.begin(), series.steps.end(),
                     [](const Step& step) { return step.low < step.high; });
}

/// Row by row, as many as fit.
std::vector<LegendEntry> legend(const Chart& chart, double top) {
  std::vector<LegendEntry> entries;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    entries.push_back({{}, chart.series[i].name, kColours[i % kColours.size()], 4});
  }
  if (std::any_of(chart.series.begin(), chart.series.end(), is_band)) {
    entries.push_back({{}, chart.band_label, kBand, 10});
  }
  const double right = chart.width - kRight;
  Point at{kLeft, top};
  for (LegendEntry& entry : entries) {
    entry.name = shortened(entry.name, right - kLeft - kSwatch - 6);
    const double width = kSwatch + 6 + text_width(entry.name);
    if (at.x > kLeft && at.x + width > right) at = {kLeft, at.y + kLineHeight + 2};
    entry.at = at;
    at.x += width + kEntryGap;
  }
  return entries;
}

void draw_legend(Drawing& drawing, const std::vector<LegendEntry>& entries) {
  for (const LegendEntry& entry : entries) {
    drawing.rectangle({entry.at.x, entry.at.y - entry.height / 2}, kSwatch, entry.height,
                      entry.colour);
    drawing.text({entry.at.x + kSwatch + 6, entry.at.y + 4}, entry.name);
  }
}

void draw_axes(Drawing& drawing, const Chart& chart, const Plot& plot) {
  const double bottom = crisp(plot.bottom), left = crisp(plot.left);
  const int rows = static_cast<int>((plot.bottom - plot.top) / kYTick);
  const double percents = tick_step(100.0, rows);
  for (int i = 0; i * percents <= 100; ++i) {
    const double y = crisp(plot.y(i * percents / 100));
    drawing.line({{left, y}, {plot.right, y}}, kGrid);
    drawing.text({left - 8, y + 4}, fmt::format("{:.4g}", i * percents), kAxis,
                 Drawing::Align::right);
  }
  const int most = std::min(10, static_cast<int>((plot.right - plot.left) / kXTick));
  const double step = tick_step(plot.x_end, most);
  for (int i = 0; i * step <= plot.x_end * 1.0001; ++i) {
    const double x = crisp(plot.x(i * step));
    drawing.line({{x, plot.top}, {x, bottom + 4}}, kGrid);
    drawing.text({x, bottom + 17}, fmt::format("{:.4g}", i * step), kAxis, Drawing::Align::middle);
  }
  drawing.line({{left, plot.top}, {left, bottom}, {plot.right, bottom}}, kAxis);
  const Point middle{(plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2};
  const double width = 2 * (drawing.width() - middle.x), height = 2 * (drawing.height() - middle.y);
  drawing.text({middle.x, bottom + 38}, shortened(chart.x_label, width - 8), kAxis,
               Drawing::Align::middle);
  drawing.text({18, middle.y}, shortened(chart.y_label, height - 8), kAxis, Drawing::Align::middle,
               true);
}

/// One side of the band: a flat piece a step, joined by upright ones.
std::vector<Point> outline(const Series& series, const Plot& plot, double Step::*side) {
  std::vector<Point> points;
  for (std::size_t i = 1; i < series.steps.size(); ++i) {
    const double y = plot.y(series.steps[i].*side);
    if (i == 1) points.push_back({plot.x(series.steps[0].x), plot.y(series.steps[0].*side)});
    points.push_back({plot.x(series.steps[i - 1].x), y});
    points.push_back({plot.x(series.steps[i].x), y});
  }
  return points;
}

void draw_series(Drawing& drawing, const Series& series, const Plot& plot, Colour colour) {
  if (series.steps.size() < 2) return;
  const std::vector<Point> low = outline(series, plot, &Step::low);
  const std::vector<Point> high = outline(series, plot, &Step::high);
  if (is_band(series)) {
    std::vector<Point> corners = high;
    corners.insert(corners.end(), low.rbegin(), low.rend());
    drawing.area(std::move(corners), colour, kBandOpacity);
    drawing.line(high, colour, 1.5);
  }
  drawing.line(low, colour, 1.5);
}

}  // namespace

double tick_step(double length, int most) {
  const double power = std::pow(10, std::floor(std::log10(length / most)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (length / (factor * power) <= most * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

Drawing draw_chart(const Chart& chart) {
  const double title = chart.title.empty() ? 0 : kLineHeight + 6;
  const std::vector<LegendEntry> entries = legend(chart, kTop + title + kLineHeight / 2);
  Plot plot;
  plot.left = kLeft;
  plot.right = chart.width - kRight;
  plot.top = entries.empty() ? kTop + title : entries.back().at.y + kLineHeight / 2 + 8;
  plot.bottom = std::max(chart.height - kBottom, plot.top + kLeastPlot);
  plot.x_end = 0;
  for (const Series& series : chart.series) {
    if (!series.steps.empty()) plot.x_end = std::max(plot.x_end, series.steps.back().x);
  }
  constexpr double kNothing = 1e-300;  // "just above 0": its ticks would be none
  if (!(plot.x_end > kNothing)) plot.x_end = 1;
  Drawing drawing(chart.width, static_cast<int>(std::lround(plot.bottom + kBottom)));
  drawing.title = chart.title;
  drawing.text({kLeft, kTop + kAscent}, shortened(chart.title, plot.right - kLeft));
  draw_legend(drawing, entries);
  draw_axes(drawing, chart, plot);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    draw_series(drawing, chart.series[i], plot, kColours[i % kColours.size()]);
  }
  return drawing;
}

}  // namespace brink
