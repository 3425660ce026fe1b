#include "brink/report/chart.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "text_inside.h"

namespace brink {
namespace {

using testing::expect_text_inside;
using testing::says;

TEST(Chart, TicksAreRoundAndFew) {
  for (const double length : {1.0, 0.07, 3.3, 12.0, 999.0, 0.1}) {
    for (const int most : {1, 2, 5, 10}) {
      const double step = tick_step(length, most);
      EXPECT_LE(length / step, most * (1 + 1e-6)) << length;
      EXPECT_GE(length / step, most / 2.6) << length;
    }
  }
  EXPECT_DOUBLE_EQ(tick_step(100, 5), 20);
}

TEST(Chart, ABandIsFilledAndExplained) {
  for (const double low : {0.5, 0.2}) {
    Chart chart;
    chart.band_label = "undecided";
    chart.series = {{"one", {{0, 1, 1}, {1, low, 0.5}}}};
    const Drawing drawing = draw_chart(chart);
    EXPECT_EQ(says(drawing, "undecided"), low < 0.5);
    const bool filled =
        std::any_of(drawing.items().begin(), drawing.items().end(), [](const Drawing::Item& item) {
          const auto* area = std::get_if<Drawing::Area>(&item);
          return area != nullptr && area->opacity < 1;
        });
    EXPECT_EQ(filled, low < 0.5);
  }
}

TEST(Chart, LabelsFitAtEverySize) {
  Chart chart;
  chart.title = "a title that is far too long for the smallest of these pictures, and goes on";
  chart.x_label = "an axis with a label that is rather long (unit)";
  chart.y_label = "share of images (%)";
  for (int i = 0; i < 9; ++i) {
    chart.series.push_back({"network number " + std::to_string(i), {{0, 1, 1}, {0.00123, 0, 0.1}}});
  }
  for (const auto& [width, height] : {std::pair(240, 240), {240, 1000}, {640, 420}, {2000, 300}}) {
    chart.width = width;
    chart.height = height;
    const Drawing drawing = draw_chart(chart);
    EXPECT_EQ(drawing.width(), width);
    EXPECT_GE(drawing.height(), height);
    EXPECT_LE(drawing.height(), std::max(height, 420)) << "it grows with the legend alone";
    expect_text_inside(drawing);
    for (const char* tick : {"0", "100"}) EXPECT_TRUE(says(drawing, tick)) << tick;
  }
}

TEST(Chart, StepsJustAboveZeroHaveTicks) {
  Chart chart;
  chart.series = {{"all wrong", {{0, 1, 1}, {std::nextafter(0.0, 1.0), 0, 0}}}};
  EXPECT_LT(draw_chart(chart).items().size(), 200U);
}

TEST(Chart, EmptySeriesDrawAxesOnly) {
  Chart chart;
  chart.series = {{"none", {}}};
  const Drawing drawing = draw_chart(chart);
  EXPECT_TRUE(says(drawing, "0.2"));
  EXPECT_TRUE(to_raster(drawing));
}

}  // namespace
}  // namespace brink
