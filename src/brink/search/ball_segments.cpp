// The linearised L2's support function: max c d, sum f~(d_j) <= r^2, f~ through N points of d^2.
//
// A pixel's change is bought in segments of one width, the i-th at a price (2 i + 1) w a unit, so
// the dual is a knapsack: at a worth t of a unit of price every segment with |c_j| > t (2 i + 1) w
// is taken. How many those are is closed form, and at whole segments f~ is d^2; so the price of all
// that is taken at t costs one pass over the pixels, whatever N, and t is found between two sides
// (t of the smooth problem goes as 1 / r, which makes a good next guess). Pixels that take the same
// at both sides are settled and leave the passes.
// Tried and dropped: selecting among all segments at once, 784 (N - 1) of them.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "brink/search/ball.h"

namespace brink::search {

namespace {

constexpr double kMet = 1e-12;  ///< of t, between its two sides
constexpr int kPasses = 200;

struct Pixel {
  double worth, room, width;
  Eigen::Index number;

  /// How far it goes at t.
  double taken(double t) const {
    const double wanted = std::ceil(0.5 * (worth / (t * width) - 1));
    return wanted > 0 ? std::min(room, wanted * width) : 0;
  }
  /// Whole segments in a move; k * width counts as k.
  double segments(double move) const { return std::floor(move / width + 1e-12); }
  double slope(double move) const { return (2 * segments(move) + 1) * width; }
  /// f~(move)
  double price(double move) const {
    const double whole = segments(move) * width;
    return whole * whole + (move - whole) * slope(move);
  }
};

/// The smallest t at which what is taken fits, and a little smaller one at which it does not.
struct Sides {
  double below = 0, t = 0;
};

Sides sides_of_threshold(std::vector<Pixel> open, double square, double guess) {
  Sides sides;
  for (const Pixel& pixel : open) sides.t = std::max(sides.t, pixel.worth / pixel.width);
  double settled = 0, t = guess;
  for (int pass = 0; pass < kPasses && sides.t - sides.below > kMet * sides.t; ++pass) {
    if (pass % 2 == 1 || !(t > sides.below && t < sides.t)) t = 0.5 * (sides.below + sides.t);
    double price = settled;
    for (const Pixel& pixel : open) price += pixel.price(pixel.taken(t));
    (price > square ? sides.below : sides.t) = t;
    t *= std::sqrt(price / square);
    std::erase_if(open, [&](const Pixel& pixel) {
      const double move = pixel.taken(sides.t);
      if (move != pixel.taken(sides.below)) return false;
      settled += pixel.price(move);
      return true;
    });
    if (open.empty()) break;
  }
  return sides;
}

}  // namespace

double Ball::support_segments(const Eigen::VectorXd& c, Eigen::VectorXd* d) const {
  if (!c.allFinite()) return std::numeric_limits<double>::quiet_NaN();
  const double square = radius_ * radius_;
  std::vector<Pixel> pixels;
  double all = 0;
  for (Eigen::Index j = 0; j < c.size(); ++j) {
    const double m = room(j, c(j));
    if (c(j) == 0 || m <= 0) continue;
    const double width = std::max(upper_(j), -lower_(j)) / (breakpoints_ - 1);
    pixels.push_back({std::abs(c(j)), m, width, j});
    all += pixels.back().price(m);
  }
  Sides sides;
  if (all > square) sides = sides_of_threshold(pixels, square, c.norm() / (2 * radius_));
  const double t = sides.t;
  // Every t proves a bound. Rounding may take or leave a segment whose gain is next to nothing.
  double value = t > 0 ? t * square : 0, left = square, doubt = 0;
  for (const Pixel& pixel : pixels) {
    const double move = pixel.taken(t), price = pixel.price(move);
    value += pixel.worth * move - t * price;
    left -= price;
    doubt += pixel.width * pixel.width;
    if (d != nullptr) (*d)(pixel.number) = c(pixel.number) > 0 ? move : -move;
  }
  value += 8 * std::numeric_limits<double>::epsilon() * t * doubt;
  if (d == nullptr || t == 0) return value;
  for (const Pixel& pixel : pixels) {  // the segments that the budget splits
    const double move = pixel.taken(t);
    const double more = std::min(pixel.taken(sides.below) - move, pixel.width);
    if (more <= 0 || left <= 0) continue;
    const double step = std::min(more, left / pixel.slope(move));
    (*d)(pixel.number) += c(pixel.number) > 0 ? step : -step;
    left -= step * pixel.slope(move);
  }
  return value;
}

}  // namespace brink::search
