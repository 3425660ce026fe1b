// Limbs of nine digits, schoolbook sums and products: a file's numbers have a few dozen digits.
#include "brink/property/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace brink {

namespace {

constexpr std::uint32_t kBase = 1'000'000'000;
using Limbs = std::vector<std::uint32_t>;

void strip(Limbs& limbs) {
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
}

void multiply_small(Limbs& limbs, std::uint32_t factor) {
  std::uint64_t carry = 0;
  for (std::uint32_t& limb : limbs) {
    carry += std::uint64_t{limb} * factor;
    limb = static_cast<std::uint32_t>(carry % kBase);
    carry /= kBase;
  }
  while (carry > 0) {
    limbs.push_back(static_cast<std::uint32_t>(carry % kBase));
    carry /= kBase;
  }
}

std::strong_ordering compare(const Limbs& a, const Limbs& b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  for (std::size_t i = a.size(); i-- > 0;) {
    if (a[i] != b[i]) return a[i] <=> b[i];
  }
  return std::strong_ordering::equal;
}

Limbs sum(Limbs a, const Limbs& b) {
  if (a.size() < b.size()) a.resize(b.size());
  std::uint32_t carry = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] += carry + (i < b.size() ? b[i] : 0);
    carry = a[i] >= kBase ? 1 : 0;
    if (carry > 0) a[i] -= kBase;
  }
  if (carry > 0) a.push_back(carry);
  return a;
}

/// a - b, a >= b.
Limbs difference(Limbs a, const Limbs& b) {
  std::uint32_t borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::uint32_t less = borrow + (i < b.size() ? b[i] : 0);
    borrow = a[i] < less ? 1 : 0;
    a[i] = a[i] + (borrow > 0 ? kBase : 0) - less;
  }
  strip(a);
  return a;
}

/// Is value <= number / divisor?
bool at_most(double value, const Decimal& number, const Decimal& divisor) {
  return Decimal::of(value) * divisor <= number;
}

/// A double near number / divisor.
double quotient(const Decimal& number, const Decimal& divisor) {
  return number.nearest() / divisor.nearest();
}

/// Too large or small for a quotient that is right but for the last digits.
bool is_extreme(const Decimal& number) {
  const double size = std::abs(number.nearest());
  return !(size > 1e-150 && size < 1e150);
}

}  // namespace

Decimal::Decimal(int value) : negative_(value < 0) {
  std::uint32_t size = static_cast<std::uint32_t>(value < 0 ? -std::int64_t{value} : value);
  for (; size > 0; size /= kBase) limbs_.push_back(size % kBase);
}

Decimal Decimal::of(double value) {
  Decimal result;
  if (value == 0 || !std::isfinite(value)) return result;
  int exponent = 0;
  auto whole = static_cast<std::uint64_t>(std::ldexp(std::frexp(std::abs(value), &exponent), 53));
  exponent -= 53;
  for (; whole % 2 == 0; whole /= 2) ++exponent;
  for (; whole > 0; whole /= kBase) {
    result.limbs_.push_back(static_cast<std::uint32_t>(whole % kBase));
  }
  // m 2^-e = m 5^e 10^-e.
  const bool small = exponent < 0;
  result.exponent_ = small ? exponent : 0;
  const int times = std::abs(exponent), step = small ? 12 : 29;
  const std::uint32_t power = small ? 244'140'625 : 536'870'912;
  for (int i = 0; i < times / step; ++i) multiply_small(result.limbs_, power);
  for (int i = 0; i < times % step; ++i) multiply_small(result.limbs_, small ? 5 : 2);
  result.negative_ = value < 0;
  return result;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal result;
  std::size_t at = 0;
  const auto digit = [&] { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  if (at < text.size() && text[at] == '-') {
    result.negative_ = true;
    ++at;
  }
  std::string digits;
  for (; digit(); ++at) digits += text[at];
  if (digits.empty()) return std::nullopt;
  if (at < text.size() && text[at] == '.') {
    ++at;
    const std::size_t before = digits.size();
    for (; digit(); ++at) digits += text[at];
    if (digits.size() == before) return std::nullopt;
    result.exponent_ = -static_cast<int>(std::min(digits.size() - before, 2 * kMostDigits));
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at + 1 < text.size() && text[at] == '+' && text[at + 1] != '-') ++at;
    int exponent = 0;
    const auto [end, error] =
        std::from_chars(text.data() + at, text.data() + text.size(), exponent);
    if (error != std::errc() || std::abs(exponent) > kMostExponent) return std::nullopt;
    at = static_cast<std::size_t>(end - text.data());
    result.exponent_ += exponent;
  }
  if (at != text.size() || digits.size() > kMostDigits) return std::nullopt;
  for (std::size_t end = digits.size(); end > 0;) {
    const std::size_t begin = end > 9 ? end - 9 : 0;
    std::uint32_t limb = 0;
    for (std::size_t i = begin; i < end; ++i) {
      limb = 10 * limb + static_cast<std::uint32_t>(digits[i] - '0');
    }
    result.limbs_.push_back(limb);
    end = begin;
  }
  result.tidy();
  return result;
}

void Decimal::tidy() {
  strip(limbs_);
  if (!limbs_.empty()) return;
  negative_ = false;
  exponent_ = 0;
}

Decimal Decimal::operator-() const {
  Decimal result = *this;
  result.negative_ = !negative_ && !is_zero();
  return result;
}

Limbs Decimal::shifted(int zeros) const {
  Limbs result = limbs_;
  if (result.empty()) return result;
  result.insert(result.begin(), static_cast<std::size_t>(zeros / 9), 0);
  std::uint32_t power = 1;
  for (int i = 0; i < zeros % 9; ++i) power *= 10;
  multiply_small(result, power);
  return result;
}

Decimal operator+(const Decimal& a, const Decimal& b) {
  if (a.is_zero()) return b;
  if (b.is_zero()) return a;
  Decimal result;
  result.exponent_ = std::min(a.exponent_, b.exponent_);
  Limbs x = a.shifted(a.exponent_ - result.exponent_);
  Limbs y = b.shifted(b.exponent_ - result.exponent_);
  if (a.negative_ == b.negative_) {
    result.negative_ = a.negative_;
    result.limbs_ = sum(std::move(x), y);
  } else {
    const bool larger = std::is_gteq(compare(x, y));
    result.negative_ = larger ? a.negative_ : b.negative_;
    result.limbs_ = larger ? difference(std::move(x), y) : difference(std::move(y), x);
  }
  result.tidy();
  return result;
}

Decimal operator*(const Decimal& a, const Decimal& b) {
  Decimal result;
  if (a.is_zero() || b.is_zero()) return result;
  result.negative_ = a.negative_ != b.negative_;
  result.exponent_ = a.exponent_ + b.exponent_;
  result.limbs_.assign(a.limbs_.size() + b.limbs_.size(), 0);
  for (std::size_t i = 0; i < a.limbs_.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; j < b.limbs_.size() || carry > 0; ++j) {
      const std::uint64_t other = j < b.limbs_.size() ? b.limbs_[j] : 0;
      carry += result.limbs_[i + j] + a.limbs_[i] * other;
      result.limbs_[i + j] = static_cast<std::uint32_t>(carry % kBase);
      carry /= kBase;
    }
  }
  result.tidy();
  return result;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.negative_ != b.negative_) {
    return a.negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const int exponent = std::min(a.exponent_, b.exponent_);
  const auto x = a.shifted(a.exponent_ - exponent), y = b.shifted(b.exponent_ - exponent);
  return a.negative_ ? compare(y, x) : compare(x, y);
}

std::string Decimal::text() const {
  if (is_zero()) return "0";
  std::string digits = fmt::format("{}{}", negative_ ? "-" : "", limbs_.back());
  for (auto limb = limbs_.rbegin() + 1; limb != limbs_.rend(); ++limb) {
    digits += fmt::format("{:09}", *limb);
  }
  return exponent_ == 0 ? digits : fmt::format("{}e{}", digits, exponent_);
}

double Decimal::nearest() const {
  if (is_zero()) return 0;
  const std::string digits_text = text();
  double value = 0;
  const auto [end, error] =
      std::from_chars(digits_text.data(), digits_text.data() + digits_text.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  const double places = static_cast<double>(digits()) + exponent_;
  value = places > 0 ? std::numeric_limits<double>::infinity() : 0;
  return negative_ ? -value : value;
}

double rounded_down(const Decimal& number, const Decimal& divisor) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kMost = std::numeric_limits<double>::max();
  if (number.is_zero()) return 0;
  if (is_extreme(number) || is_extreme(divisor)) return number.is_negative() ? -kInfinity : 0;
  double value = quotient(number, divisor);
  value = std::min(std::max(value, -kMost), kMost);
  while (!at_most(value, number, divisor)) {
    value = std::nextafter(value, -kInfinity);
    if (std::isinf(value)) return value;
  }
  for (;;) {  // from below as near as it gets
    const double next = std::nextafter(value, kInfinity);
    if (std::isinf(next) || !at_most(next, number, divisor)) return value;
    value = next;
  }
}

double rounded_up(const Decimal& number, const Decimal& divisor) {
  return -rounded_down(-number, divisor);
}

}  // namespace brink
