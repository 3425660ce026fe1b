#include "brink/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "brink/report/font.h"

namespace brink {

namespace {

constexpr int kWidth = 760, kHeight = 470;
constexpr int kLeft = 64, kRight = 24, kTop = 48, kBottom = 64;
constexpr Colour kGrid{225, 225, 225};
constexpr Colour kAxis{90, 90, 90};
/// Okabe and Ito's colours, told apart by the colour-blind too.
constexpr std::array<Colour, 7> kColours = {
    Colour{0, 114, 178}, Colour{213, 94, 0},   Colour{0, 158, 115}, Colour{204, 121, 167},
    Colour{230, 159, 0}, Colour{86, 180, 233}, Colour{90, 90, 90}};

Colour mixed(Colour colour, Colour under, double share) {
  const auto mix = [share](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(share * a + (1 - share) * b);
  };
  return {mix(colour.r, under.r), mix(colour.g, under.g), mix(colour.b, under.b)};
}

class Canvas {
 public:
  explicit Canvas(double x_end) : picture_(kWidth, kHeight, kWhite), x_end_(x_end) {}

  int column(double x) const {
    return kLeft + static_cast<int>(std::lround(x / x_end_ * (kWidth - kLeft - kRight)));
  }
  static int row(double y) {
    return kTop + static_cast<int>(std::lround((1 - y) * (kHeight - kTop - kBottom)));
  }
  void fill(int left, int top, int right, int bottom, Colour colour, double share = 1) {
    for (int y = std::max(0, top); y <= std::min(kHeight - 1, bottom); ++y) {
      for (int x = std::max(0, left); x <= std::min(kWidth - 1, right); ++x) {
        picture_.at(x, y) = mixed(colour, picture_.at(x, y), share);
      }
    }
  }
  void text(int left, int top, const std::string& what, Colour colour = kBlack) {
    draw_text(picture_, left, top, what, colour);
  }
  Raster take() { return std::move(picture_); }

 private:
  Raster picture_;
  double x_end_;
};

void draw_axes(Canvas& canvas, const Chart& chart, double x_end) {
  for (int percent = 0; percent <= 100; percent += 20) {
    const int y = Canvas::row(percent / 100.0);
    canvas.fill(kLeft, y, kWidth - kRight, y, kGrid);
    const std::string label = fmt::format("{}%", percent);
    canvas.text(kLeft - 8 - text_size(label).width, y - kGlyphHeight / 2, label, kAxis);
  }
  const double step = tick_step(x_end);
  for (int i = 0; i * step <= x_end * 1.0001; ++i) {
    const int x = canvas.column(i * step);
    canvas.fill(x, kTop, x, kHeight - kBottom, kGrid);
    const std::string label = fmt::format("{:.4g}", i * step);
    canvas.text(x - text_size(label).width / 2, kHeight - kBottom + 8, label, kAxis);
  }
  canvas.fill(kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom, kAxis);
  canvas.fill(kLeft, kTop, kLeft, kHeight - kBottom, kAxis);
  canvas.text(kLeft, 8, chart.title);
  canvas.text(kLeft, 26, chart.y_label, kAxis);
  canvas.text(kWidth - kRight - text_size(chart.x_label).width, kHeight - 26, chart.x_label, kAxis);
}

void draw_series(Canvas& canvas, const Series& series, Colour colour) {
  for (std::size_t i = 1; i < series.steps.size(); ++i) {
    const Step& before = series.steps[i - 1];
    const Step& step = series.steps[i];
    const int left = canvas.column(before.x), right = canvas.column(step.x);
    canvas.fill(left, Canvas::row(step.high), right, Canvas::row(step.low), colour, 0.25);
    for (const bool high : {false, true}) {
      const int y = Canvas::row(high ? step.high : step.low);
      const int from = Canvas::row(high ? before.high : before.low);
      canvas.fill(left, y - 1, right, y, colour);
      canvas.fill(left, std::min(from, y) - 1, left + 1, std::max(from, y), colour);
    }
  }
}

void draw_legend(Canvas& canvas, const Chart& chart) {
  int widest = 0;
  for (const Series& series : chart.series) {
    widest = std::max(widest, text_size(series.name).width);
  }
  const int left = kWidth - kRight - widest - 44;
  int top = kTop + 8;
  canvas.fill(left - 8, top - 4, kWidth - kRight - 4,
              top + 18 * static_cast<int>(chart.series.size()), kWhite, 0.85);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    canvas.fill(left, top + 4, left + 22, top + 8, kColours[i % kColours.size()]);
    canvas.text(left + 30, top, chart.series[i].name);
    top += 18;
  }
}

}  // namespace

double tick_step(double length) {
  const double power = std::pow(10, std::floor(std::log10(length)));
  for (const double factor : {0.1, 0.2, 0.5, 1.0}) {
    if (length / (factor * power) <= 10) return factor * power;
  }
  return 2 * power;
}

Raster draw_chart(const Chart& chart) {
  double x_end = 0;
  for (const Series& series : chart.series) {
    if (!series.steps.empty()) x_end = std::max(x_end, series.steps.back().x);
  }
  if (!(x_end > 0)) x_end = 1;
  Canvas canvas(x_end);
  draw_axes(canvas, chart, x_end);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    draw_series(canvas, chart.series[i], kColours[i % kColours.size()]);
  }
  draw_legend(canvas, chart);
  return canvas.take();
}

}  // namespace brink
