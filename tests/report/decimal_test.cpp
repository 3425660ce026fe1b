#include "brink/report/decimal.h"

#include <gtest/gtest.h>

#include <cmath>

#include "brink/base/random.h"

namespace brink {
namespace {

TEST(Decimal, ExactNumbersStay) {
  for (const char* text : {"0", "1", "-1", "0.25", "123456789", "1e-05", "-0.001", "1e+20"}) {
    EXPECT_EQ(decimal_up(std::stod(text)), text);
    EXPECT_EQ(decimal_down(std::stod(text)), text);
  }
}

TEST(Decimal, RoundsToTheSideAsked) {
  EXPECT_EQ(decimal_up(0.12345678901), "0.12345679");
  EXPECT_EQ(decimal_down(0.12345678901), "0.123456789");
  EXPECT_EQ(decimal_up(-0.12345678901), "-0.123456789");
  EXPECT_EQ(decimal_down(-0.12345678901), "-0.12345679");
  EXPECT_EQ(decimal_up(9.99999999999), "10");
  EXPECT_EQ(decimal_down(10.0000000001), "10");
  EXPECT_EQ(decimal_up(std::nextafter(1.0, 2.0)), "1.00000001");
}

TEST(Decimal, NeverOnTheWrongSideAndNeverFar) {
  Random random(3);
  for (int i = 0; i < 20000; ++i) {
    const double value = random.normal() * std::pow(10.0, random.uniform(-12, 12));
    const double up = std::stod(decimal_up(value));
    const double down = std::stod(decimal_down(value));
    EXPECT_GE(up, value);
    EXPECT_LE(down, value);
    EXPECT_LE(up - down, 1.0001e-8 * std::abs(value));
  }
}

}  // namespace
}  // namespace brink
