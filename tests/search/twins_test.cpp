// What is said of twins holds at every point that a test can find.
#include "brink/search/twins.h"

#include <gtest/gtest.h>

#include <cmath>

#include "brink/base/random.h"

namespace brink::search {
namespace {

struct Sample {
  Range first, second, difference;
};

/// Ranges that some pairs (y_A, y_B) have.
Sample random_ranges(Random& random) {
  Sample ranges;
  ranges.first = {-random.uniform(0.01, 1), random.uniform(0.01, 1)};
  const double middle = 0.2 * random.normal(), width = random.uniform(0, 0.3);
  ranges.difference = {middle - width, middle + width};
  ranges.second = {ranges.first.lower - ranges.difference.upper,
                   ranges.first.upper - ranges.difference.lower};
  if (random.index(3) == 0) ranges.second.lower = std::max(ranges.second.lower, -0.3);
  return ranges;
}

TEST(Twins, LinesAreAboveEveryPoint) {
  Random random(3);
  int taken = 0;
  for (int round = 0; round < 3000; ++round) {
    Sample ranges = random_ranges(random);
    if (!reconcile(ranges.first, ranges.second, ranges.difference)) continue;
    if (!(ranges.first.lower < 0 && ranges.first.upper > 0)) continue;
    if (!(ranges.second.lower < 0 && ranges.second.upper > 0)) continue;
    const TwinLines lines(ranges.first, ranges.second, ranges.difference);
    const double a = random.normal(), b = random.index(2) == 0 ? -a : random.normal();
    const auto line = lines.above(a, b);
    if (!line) continue;
    ++taken;
    for (int i = 0; i < 60; ++i) {
      const double y = random.uniform(ranges.first.lower, ranges.first.upper);
      double d = random.uniform(ranges.difference.lower, ranges.difference.upper);
      if (i % 3 == 0) d = random.index(2) == 0 ? ranges.difference.lower : ranges.difference.upper;
      const double z = y - d;
      if (z < ranges.second.lower || z > ranges.second.upper) continue;
      const double value = a * std::max(0.0, y) + b * std::max(0.0, z);
      EXPECT_LE(value, line->on_first * y + line->on_second * z + line->constant + 1e-14);
    }
  }
  EXPECT_GT(taken, 500);
}

TEST(Twins, ReconciledRangesKeepEveryPoint) {
  Random random(4);
  int tighter = 0;
  for (int round = 0; round < 2000; ++round) {
    const double y = random.normal(), z = y - 0.1 * random.normal();
    const auto around = [&](double value) {
      return Range{value - random.uniform(0, 1), value + random.uniform(0, 1)};
    };
    Range first = around(y), second = around(z), difference = around(y - z);
    const Range before = first;
    ASSERT_TRUE(reconcile(first, second, difference));
    EXPECT_TRUE(first.lower <= y && y <= first.upper);
    EXPECT_TRUE(second.lower <= z && z <= second.upper);
    EXPECT_LE(difference.lower, y - z + 1e-15);
    EXPECT_GE(difference.upper, y - z - 1e-15);
    tighter += first.lower > before.lower || first.upper < before.upper ? 1 : 0;
  }
  EXPECT_GT(tighter, 300);
}

TEST(Twins, ThatContradictAreSaidToDo) {
  Range first{1, 2}, second{-2, -1}, difference{-0.5, 0.5};
  EXPECT_FALSE(reconcile(first, second, difference));
}

}  // namespace
}  // namespace brink::search
