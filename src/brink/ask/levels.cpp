// From the nearest image to one of whole grey levels, by local moves of one level.
//
// Every changed pixel is rounded away from the image, which keeps most of what the change does.
// While the worst of the region's rows is not met, the pixel moves a level whose gradient helps
// that row most for its price: in L1 and Linf a level costs the same everywhere (in Linf nothing
// within the radius, which grows by a level when no pixel is left), in L2 twice the pixel's change,
// in L0 nothing for a pixel already changed. Then pixels are put back a level, the largest changes
// first, where the network stays fooled. The exact problem is an integer program; this is a
// rounding, which the lower bound of the continuous question judges.
#include "brink/ask/levels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "brink/network/gradient.h"

namespace brink {

namespace {

constexpr int kMostMoves = 2000;
/// The change's multiples to start from, until one ends well.
constexpr std::array kStarts = {1.0, 1.01, 1.03, 1.1, 1.3, 2.0};

class Levels {
 public:
  Levels(const ClosestQuestion& question, const Network& network, const OutputRegion& region,
         const Eigen::VectorXd& image, const Lead& lead)
      : question_(question),
        network_(network),
        region_(region),
        rows_(moved_inward(region, lead.value)),
        image_(image),
        lead_(lead),
        reach_(reach(question, image)) {}

  std::optional<Eigen::VectorXd> run(const Eigen::VectorXd& x) {
    for (const double share : kStarts) {
      const Eigen::VectorXd start = image_ + share * (x - image_);
      if (auto found = from(start.cwiseMax(reach_.lower).cwiseMin(reach_.upper))) return found;
    }
    return std::nullopt;
  }

 private:
  std::optional<Eigen::VectorXd> from(const Eigen::VectorXd& start) {
    x_ = start;
    for (Eigen::Index j = 0; j < x_.size(); ++j) {
      if (x_(j) == image_(j)) continue;
      const double outward = level(j, x_(j), x_(j) > image_(j) ? 1 : -1);
      x_(j) = allowed(j, outward) ? outward : level(j, x_(j), x_(j) > image_(j) ? -1 : 1);
      if (!allowed(j, x_(j))) x_(j) = image_(j);
    }
    radius_ = (x_ - image_).cwiseAbs().maxCoeff();
    for (int move = 0; !fools_now(); ++move) {
      if (move == kMostMoves || !improve()) return std::nullopt;
    }
    put_back();
    return x_;
  }

  double spacing(Eigen::Index j) const {
    return (question_.box.upper(j) - question_.box.lower(j)) / (*question_.levels - 1);
  }
  double at(Eigen::Index j, double number) const {
    if (number >= *question_.levels - 1) return question_.box.upper(j);
    // As a picture's reader computes it: number / 255, not number * (1 / 255).
    const double width = question_.box.upper(j) - question_.box.lower(j);
    return question_.box.lower(j) + number * width / (*question_.levels - 1);
  }
  /// The nearest level that is not below (side 1) or not above (side -1) the value.
  double level(Eigen::Index j, double value, int side) const {
    if (spacing(j) == 0) return image_(j);
    const double place = (value - question_.box.lower(j)) / spacing(j);
    const double whole = std::round(place);
    if (std::abs(place - whole) < 1e-9) return at(j, whole);
    return at(j, side > 0 ? std::ceil(place) : std::floor(place));
  }
  /// One level up or down.
  double next(Eigen::Index j, int side) const {
    if (spacing(j) == 0) return image_(j);
    const double place = (x_(j) - question_.box.lower(j)) / spacing(j);
    const double whole = std::round(place);
    if (std::abs(place - whole) < 1e-9) return at(j, whole + side);
    return at(j, side > 0 ? std::ceil(place) : std::floor(place));
  }
  bool allowed(Eigen::Index j, double value) const {
    return value >= reach_.lower(j) && value <= reach_.upper(j);
  }
  bool fools_now() const { return fools(question_, network_, region_, image_, x_, lead_); }

  /// What a pixel at `value` adds to the distance, as far as moves compare.
  double price(Eigen::Index j, double value) const {
    const double change = std::abs(value - image_(j)), before = std::abs(x_(j) - image_(j));
    switch (question_.norm) {
      case Norm::l0:
        return change > 0 && before == 0 ? 1 : 0;
      case Norm::l1:
        return change - before;
      case Norm::l2:
        return change * change - before * before;
      case Norm::linf:
        return change > radius_ * (1 + 1e-9) ? change - radius_ : 0;
    }
    return 0;
  }

  const OutputRow& worst_row() const {
    const Eigen::VectorXd y = logits(network_, x_);
    return *std::min_element(rows_.rows.begin(), rows_.rows.end(),
                             [&](const OutputRow& a, const OutputRow& b) {
                               return a.coefficients.dot(y) - a.rhs < b.coefficients.dot(y) - b.rhs;
                             });
  }

  /// Moves one pixel by one level; false: no move helps.
  bool improve() {
    const Eigen::VectorXd slope = gradient(network_, x_, worst_row().coefficients).gradient;
    Eigen::Index best = -1;
    double best_value = 0, best_worth = 0, best_price = 0;
    for (Eigen::Index j = 0; j < x_.size(); ++j) {
      if (slope(j) == 0) continue;
      const double value = next(j, slope(j) > 0 ? 1 : -1);
      const double gain = slope(j) * (value - x_(j));
      if (!allowed(j, value) || !(gain > 0)) continue;
      const double cost = price(j, value);
      // What costs nothing comes first, then what gains most for its price.
      const double worth = cost <= 0 ? gain : gain / cost;
      const bool cheaper = (cost <= 0) != (best_price <= 0) ? cost <= 0 : worth > best_worth;
      if (best >= 0 && !cheaper) continue;
      best = j;
      best_value = value;
      best_worth = worth;
      best_price = cost;
    }
    if (best < 0) return false;
    x_(best) = best_value;
    radius_ = std::max(radius_, std::abs(best_value - image_(best)));
    return true;
  }

  void put_back() {
    std::vector<Eigen::Index> order(static_cast<std::size_t>(x_.size()));
    std::iota(order.begin(), order.end(), 0);
    for (bool again = true; again;) {
      again = false;
      std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
        return std::abs(x_(a) - image_(a)) > std::abs(x_(b) - image_(b));
      });
      for (const Eigen::Index j : order) {
        const double kept = x_(j);
        if (kept == image_(j)) break;
        const bool above = kept > image_(j);
        const double nearer = next(j, above ? -1 : 1);
        const bool past = above ? nearer <= image_(j) : nearer >= image_(j);
        x_(j) = past || question_.norm == Norm::l0 ? image_(j) : nearer;
        if (fools_now()) {
          again = true;
        } else {
          x_(j) = kept;
        }
      }
    }
  }

  const ClosestQuestion& question_;
  const Network& network_;
  const OutputRegion& region_;
  const OutputRegion rows_;
  const Eigen::VectorXd& image_;
  const Lead lead_;
  const Box reach_;
  Eigen::VectorXd x_;
  double radius_ = 0;  ///< Linf: what costs nothing
};

}  // namespace

bool on_levels(const ClosestQuestion& question, const Eigen::VectorXd& image,
               const Eigen::VectorXd& x) {
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    if (x(j) == image(j)) continue;
    const double low = question.box.lower(j), width = question.box.upper(j) - low;
    const double place = (x(j) - low) / width * (*question.levels - 1);
    if (std::abs(place - std::round(place)) > 1e-9 * *question.levels) return false;
  }
  return true;
}

std::optional<Eigen::VectorXd> to_levels(const ClosestQuestion& question, const Network& network,
                                         const OutputRegion& region, const Eigen::VectorXd& image,
                                         const Eigen::VectorXd& x, const Lead& lead) {
  return Levels(question, network, region, image, lead).run(x);
}

}  // namespace brink
