// Exact decimal numbers: what a property's file says, before anything is rounded.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink {

/// (-1)^negative * digits * 10^exponent, digits a whole number of any size.
class Decimal {
 public:
  Decimal() = default;
  explicit Decimal(int value);
  /// Every finite double is one.
  static Decimal of(double value);
  /// -?digits(.digits)?([eE][+-]?digits)?, at most kMostDigits digits and an exponent within
  /// kMostExponent; nothing otherwise.
  static std::optional<Decimal> parse(std::string_view text);
  static constexpr std::size_t kMostDigits = 1000;
  static constexpr int kMostExponent = 1000;

  bool is_zero() const { return limbs_.empty(); }
  bool is_negative() const { return negative_; }
  Decimal operator-() const;
  friend Decimal operator+(const Decimal& a, const Decimal& b);
  friend Decimal operator-(const Decimal& a, const Decimal& b) { return a + -b; }
  friend Decimal operator*(const Decimal& a, const Decimal& b);
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) { return std::is_eq(a <=> b); }

  /// The nearest double; infinite beyond their range.
  double nearest() const;
  /// -?digits(e-?digits)?, exactly.
  std::string text() const;
  /// The number of digits, as they are kept.
  std::size_t digits() const { return 9 * limbs_.size(); }

 private:
  using Limbs = std::vector<std::uint32_t>;  ///< base 10^9, the lowest first, no zero on top
  void tidy();
  Limbs shifted(int zeros) const;

  bool negative_ = false;
  Limbs limbs_;  ///< empty: zero
  int exponent_ = 0;
};

/// The largest double that is not above number / divisor, and the least that is not below it;
/// `divisor` > 0. Infinite beyond their range.
double rounded_down(const Decimal& number, const Decimal& divisor);
double rounded_up(const Decimal& number, const Decimal& divisor);

}  // namespace brink
