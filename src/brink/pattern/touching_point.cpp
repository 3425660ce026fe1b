// A region may be reached in single points only (a tie where two faces meet): nothing can be moved
// inward, and whether a point passes is up to the last digits of the forward pass. Tried are the
// point with fewer and fewer binary digits, where networks of few digits have such points, and
// points some last digits away, many of which pass: rounding of the pass falls to both sides.
#include "brink/pattern/touching_point.h"

#include <cmath>
#include <limits>

#include "brink/base/random.h"

namespace brink {

namespace {

constexpr int kFewestDigits = 4;
constexpr int kTries = 48;         ///< at each distance
constexpr int kFarthest = 1 << 8;  ///< last digits; a quarter each time

}  // namespace

std::optional<Eigen::VectorXd> touching_point(
    const Eigen::VectorXd& point, const Box& box,
    const std::function<bool(const Eigen::VectorXd&)>& passes) {
  Random random(0);
  const double largest = point.lpNorm<Eigen::Infinity>();
  if (!(largest > 0) || !std::isfinite(largest)) return std::nullopt;
  const int exponent = std::ilogb(largest);
  const auto inside = [&](const Eigen::VectorXd& x) -> Eigen::VectorXd {
    return x.cwiseMax(box.lower).cwiseMin(box.upper);
  };
  for (int digits = 52; digits >= kFewestDigits; --digits) {
    const Eigen::VectorXd x = inside(point.unaryExpr([&](double value) {
      return std::ldexp(std::nearbyint(std::ldexp(value, digits - exponent)), exponent - digits);
    }));
    if (passes(x)) return x;
  }
  const double digit = std::ldexp(std::numeric_limits<double>::epsilon(), exponent);
  for (int away = 1; away <= kFarthest; away *= 4) {
    for (int attempt = 0; attempt < kTries; ++attempt) {
      Eigen::VectorXd x = point;
      for (double& value : x) value += std::round(random.uniform(-away, away)) * digit;
      x = inside(x);
      if (passes(x)) return x;
    }
  }
  return std::nullopt;
}

}  // namespace brink
