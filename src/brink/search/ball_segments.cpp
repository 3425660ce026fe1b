// The linearised L2's support function: max c d, sum f~(d_j) <= r^2, f~ through N points of d^2.
//
// A pixel's change is bought in segments of one width w, the i-th at a price (2 i + 1) w a unit, so
// this is a knapsack of segments: at a worth t of a unit of price every segment with
// |c_j| > t (2 i + 1) w is taken. How many those are is closed form, and at whole segments f~ is
// d^2; so the price of all that is taken at t costs one vector loop over the pixels, whatever N. As
// t of the smooth problem goes as 1 / r, a few passes put t between two sides a percent apart; the
// segments taken at one side and not at the other are sorted by their own t and bought one by one,
// the last of them in part.
// Tried and dropped: selecting among all segments at once, 784 (N - 1) of them; closing the two
// sides up to rounding, in forty passes over pixels.
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "brink/search/ball.h"
#include "brink/search/kernels.h"

namespace brink::search {

namespace {

constexpr double kNear = 0.01;  ///< of t, between its two sides
constexpr int kPasses = 60;

struct Segment {
  double t;  ///< worth of a unit of price
  double slope, length;
  Eigen::Index pixel;

  bool operator<(const Segment& other) const {
    return std::tie(other.t, pixel) < std::tie(t, other.pixel);
  }
};

class Knapsack {
 public:
  Knapsack(const Eigen::VectorXd& widths, const Eigen::VectorXd& per_widths)
      : worths(widths.size()),
        rooms(widths.size()),
        moves(Eigen::VectorXd::Zero(widths.size())),
        more_(widths.size()),
        trial_(widths.size()),
        widths_(widths),
        per_widths_(per_widths) {}

  Eigen::VectorXd worths, rooms;
  Eigen::VectorXd moves;  ///< what is bought whole
  double t = 0;           ///< every segment worth more is bought
  double left = 0;        ///< of the budget
  const Segment* split = nullptr;

  void buy(double budget, double guess) {
    left = budget - take(std::numeric_limits<double>::infinity(), moves);
    if (left >= 0) return;
    more_ = moves;
    enclose(budget, guess);
    collect();
    for (const Segment& segment : segments_) {
      t = segment.t;
      if (segment.slope * segment.length > left) {
        split = &segment;
        return;
      }
      left -= segment.slope * segment.length;
      moves(segment.pixel) += segment.length;
    }
    t = below_;  // rounding: the split one was bought
  }

 private:
  double take(double per_t, Eigen::VectorXd& into) const {
    return kernels::take_segments(static_cast<std::size_t>(worths.size()), worths.data(),
                                  rooms.data(), widths_.data(), per_widths_.data(), per_t,
                                  into.data());
  }

  /// Two sides of the threshold: `moves` at t fit, more_ at below_ do not.
  void enclose(double budget, double guess) {
    moves.setZero();
    left = budget;
    t = 2 * worths.cwiseProduct(per_widths_).maxCoeff();
    double next = guess;
    for (int pass = 0; pass < kPasses && t - below_ > kNear * t; ++pass) {
      if (pass % 3 == 2 || !(next > below_ && next < t)) next = 0.5 * (below_ + t);
      const double price = take(1 / next, trial_);
      const bool fits = price <= budget;
      (fits ? t : below_) = next;
      (fits ? moves : more_).swap(trial_);
      if (fits) left = budget - price;
      next *= std::sqrt(price / budget) * (fits ? 1 - kNear / 3 : 1 + kNear / 3);  // the other side
    }
  }

  void collect() {
    for (Eigen::Index j = 0; j < moves.size(); ++j) {
      if (moves(j) == more_(j)) continue;
      const double width = widths_(j);
      for (double i = std::round(moves(j) / width); i * width < more_(j); ++i) {
        segments_.push_back({worths(j) * per_widths_(j) / (2 * i + 1), (2 * i + 1) * width,
                             std::min(width, rooms(j) - i * width), j});
      }
    }
    std::sort(segments_.begin(), segments_.end());
  }

  double below_ = 0;
  Eigen::VectorXd more_, trial_;
  std::vector<Segment> segments_;
  const Eigen::VectorXd& widths_;
  const Eigen::VectorXd& per_widths_;
};

}  // namespace

double Ball::support_segments(const Eigen::VectorXd& c, Eigen::VectorXd* d) const {
  Knapsack knapsack(widths_, per_widths_);
  const double greatest =
      kernels::rooms_and_worths(static_cast<std::size_t>(c.size()), c.data(), lower_.data(),
                                upper_.data(), knapsack.rooms.data(), knapsack.worths.data());
  if (greatest == 0) return c.allFinite() ? 0 : std::numeric_limits<double>::quiet_NaN();
  knapsack.buy(radius_ * radius_, c.norm() / (2 * radius_));
  // Every t proves a bound if just what is worth more is bought. Rounding may buy or leave a
  // segment whose gain is next to nothing.
  const double doubt = knapsack.t > 0 ? 8 * std::numeric_limits<double>::epsilon() * breakpoints_ *
                                            knapsack.t * widths_.squaredNorm()
                                      : 0;
  const double value = knapsack.worths.dot(knapsack.moves) + doubt +
                       (knapsack.t > 0 ? knapsack.t * knapsack.left : 0);
  if (d == nullptr) return value;
  if (const Segment* split = knapsack.split) {
    knapsack.moves(split->pixel) += knapsack.left / split->slope;
  }
  *d = (c.array() > 0).select(knapsack.moves, -knapsack.moves);
  return value;
}

}  // namespace brink::search
