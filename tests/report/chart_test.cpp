#include "brink/report/chart.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace brink {
namespace {

TEST(Chart, TicksAreRoundAndFew) {
  for (const double length : {1.0, 0.07, 3.3, 12.0, 999.0, 0.1}) {
    const double step = tick_step(length);
    EXPECT_LE(length / step, 10 * (1 + 1e-9)) << length;
    EXPECT_GE(length / step, 4) << length;
  }
}

TEST(Chart, ABandIsFilledAndALineIsNot) {
  const auto coloured = [](double low, double high) {
    Chart chart;
    chart.title = "t";
    chart.series = {{"one", {{0, 1, 1}, {1, low, high}}}};
    const Raster picture = draw_chart(chart);
    return std::count_if(picture.pixels.begin(), picture.pixels.end(),
                         [](const Colour& c) { return c.r != c.g || c.g != c.b; });
  };
  EXPECT_GT(coloured(0.2, 0.8), 20 * coloured(0.5, 0.5));
}

TEST(Chart, EmptySeriesDrawAxesOnly) {
  Chart chart;
  chart.series = {{"none", {}}};
  EXPECT_GT(draw_chart(chart).width, 0);
}

}  // namespace
}  // namespace brink
