// Rounding is to nearest first; where that lands on the wrong side, one unit of the last digit
// more.
#include "brink/report/decimal.h"

#include <fmt/format.h>

#include <charconv>

namespace brink {

namespace {

double parse(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// `text` is d.dddddddde+xx; the same with `unit` added to its last digit, as a number.
double moved(const std::string& text, int unit) {
  const std::size_t e = text.find('e');
  std::string digits = text.substr(0, e);
  digits.erase(digits.find('.'), 1);
  const long long mantissa = std::stoll(digits) + unit;
  return parse(fmt::format("{}e{}", mantissa, std::stoi(text.substr(e + 1)) - 8));
}

std::string rounded(double value, int direction) {
  const std::string nearest = fmt::format("{:.8e}", value);
  const double got = parse(nearest);
  const bool wrong_side = direction > 0 ? got < value : got > value;
  return fmt::format("{:.9g}", wrong_side ? moved(nearest, direction) : got);
}

}  // namespace

std::string decimal_up(double value) {
  return rounded(value, 1);
}

std::string decimal_down(double value) {
  return rounded(value, -1);
}

}  // namespace brink
