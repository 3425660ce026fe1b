#include "brink/property/decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "brink/base/random.h"

namespace brink {
namespace {

Decimal number(std::string_view text) {
  const auto parsed = Decimal::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Decimal());
}

TEST(Decimal, ParsesWhatIsWritten) {
  EXPECT_EQ(number("12.50").nearest(), 12.5);
  EXPECT_EQ(number("-0.000001e3").nearest(), -0.001);
  EXPECT_EQ(number("7E+2").nearest(), 700);
  EXPECT_EQ(number("000123456789012345678901234567890").nearest(),
            123456789012345678901234567890.0);
  EXPECT_TRUE(number("-0").is_zero());
  EXPECT_FALSE(number("-0").is_negative());
  for (const char* wrong :
       {"", "-", ".5", "5.", "1e", "+1", "1.2.3", "0x1", "nan", "1e1001", "1e+-2"}) {
    EXPECT_FALSE(Decimal::parse(wrong)) << wrong;
  }
  EXPECT_FALSE(Decimal::parse(std::string(1001, '1')));
}

TEST(Decimal, SumsAndProductsAreExact) {
  EXPECT_EQ(number("0.1") + number("0.2"), number("0.3"));
  EXPECT_EQ(number("1e20") - number("1e-20"), number("99999999999999999999.99999999999999999999"));
  EXPECT_EQ(number("-0.5") * number("1.2"), number("-0.60"));
  EXPECT_EQ(number("999999999.999999999") * number("999999999.999999999"),
            number("999999999999999998.000000000000000001"));
  EXPECT_TRUE((number("1e-5") - number("0.00001")).is_zero());
}

TEST(Decimal, ComparesAcrossExponents) {
  EXPECT_LT(number("-2"), number("1e-30"));
  EXPECT_LT(number("0.0999999999999999999"), number("1e-1"));
  EXPECT_LT(number("-1e3"), number("-999.99"));
  EXPECT_EQ(number("1000"), number("1e3"));
}

TEST(Decimal, HoldsEveryDouble) {
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    const double a = std::ldexp(random.uniform(-1, 1), random.index(400) - 200);
    const double b = std::ldexp(random.uniform(-1, 1), random.index(400) - 200);
    EXPECT_EQ(Decimal::of(a).nearest(), a);
    EXPECT_EQ(Decimal::of(a) < Decimal::of(b), a < b);
  }
  for (const double x :
       {std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min(),
        std::numeric_limits<double>::min(), 0.1, 1e300, 5e-324}) {
    EXPECT_EQ(Decimal::of(x).nearest(), x);
  }
}

TEST(Decimal, QuotientsAreRoundedToTheSideAskedFor) {
  EXPECT_EQ(rounded_down(number("0.5"), number("1")), 0.5);
  EXPECT_EQ(rounded_up(number("0.5"), number("1")), 0.5);
  EXPECT_EQ(rounded_up(number("0.1"), number("1")), 0.1);  // the double 0.1 is above the number
  EXPECT_EQ(rounded_down(number("0.1"), number("1")), std::nextafter(0.1, 0.0));
  Random random(5);
  for (int i = 0; i < 500; ++i) {
    const Decimal a = Decimal::of(random.uniform(-3, 3)) * number("0.1");
    const Decimal b = Decimal::of(random.uniform(0.01, 9)) * number("0.7");
    const double down = rounded_down(a, b), up = rounded_up(a, b);
    EXPECT_LE(Decimal::of(down) * b, a);
    EXPECT_GE(Decimal::of(up) * b, a);
    EXPECT_LE(up, std::nextafter(down, 1e9));
  }
}

}  // namespace
}  // namespace brink
