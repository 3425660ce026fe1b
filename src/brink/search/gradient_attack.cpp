// Minimum-norm attack with a radius of its own for every start (Rony et al. 2019, "Decoupling
// direction and norm"), many starts at once:
//
//     x <- project(x + step direction(grad slack(x)), radius),
//     radius <- radius (1 - g) where x meets the rows, radius (1 + g) where it does not,
//
// with step and g falling. The direction is the norm's steepest: signs in Linf, the slope over its
// length in L2, in L1 the few steepest pixels. In L0, and for every other start in L1, each x is
// the farthest point of the ball in the direction of a mean of the slopes met, late ones counting
// most. No radius has to be guessed and none is bisected.
//
// All targets are tried once, then the best few from many starts around the nearest find, as long
// as that finds nearer ones (up to the radius away: half of it led back to the same find on one
// image in ten). Starts are columns of one matrix, so that a layer is one product. What is found
// lies in a pattern whose own nearest image an exact program gives (incumbent.h).
#include "brink/search/gradient_attack.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "brink/network/soft_threshold.h"
#include "brink/search/parameters.h"

namespace brink::search {

namespace {

/// Of a radius where nothing was met yet.
constexpr double kGrowth = 0.4;
/// Of the slope of inactive neurons at first: without it that of 784-256x6-10 vanishes at images.
constexpr double kLeak = 0.01;
/// Of a mean of slopes: what a step keeps (L0, L1). Tried: 0.7, 0.8, 0.9.
constexpr double kKept = 0.5;

constexpr double kFar = std::numeric_limits<double>::infinity();

/// What columns meet, and the slopes of the least slack of their own regions' rows.
class Slopes {
 public:
  Slopes(const std::vector<Problem>& problems, const std::vector<std::size_t>& regions)
      : problems_(problems), regions_(regions) {}

  /// `leak`: what inactive neurons let through; `keep_row`: of the row that was least at first.
  void compute(const Eigen::MatrixXd& x, double leak, bool keep_row) {
    const Network& network = problems_.front().network();
    std::vector<Eigen::MatrixXd> y;
    Eigen::MatrixXd activations = x;
    for (int k = 1; k < network.depth(); ++k) {
      const Layer& layer = network.layer(k);
      activations = layer.weights * activations;
      activations.colwise() += layer.bias;
      y.push_back(activations);
      for (Eigen::Index j = 0; j < activations.rows(); ++j) {
        if (!layer.is_linear(j)) activations.row(j) = activations.row(j).cwiseMax(0.0);
      }
    }
    met.assign(regions_.size(), kNone);
    Eigen::MatrixXd back(x.cols(), activations.rows());
    for (std::size_t i = 0; i < regions_.size(); ++i) {
      const auto c = static_cast<Eigen::Index>(i);
      for (std::size_t r = 0; r < problems_.size(); ++r) {
        const Eigen::VectorXd slacks =
            problems_[r].rows() * activations.col(c) - problems_[r].rhs();
        Eigen::Index least = 0;
        if (slacks.minCoeff(&least) >= 0 && met[i] != regions_[i]) met[i] = r;
        if (r != regions_[i]) continue;
        if (first_rows_.size() == i) first_rows_.push_back(least);
        back.row(c) = problems_[r].rows().row(keep_row ? first_rows_[i] : least);
      }
    }
    for (int k = network.depth() - 1; k >= 1; --k) {
      const Layer& layer = network.layer(k);
      const Eigen::MatrixXd& here = y[static_cast<std::size_t>(k - 1)];
      for (Eigen::Index j = 0; j < here.rows(); ++j) {
        if (layer.is_linear(j)) continue;
        back.col(j) = (here.row(j).transpose().array() > 0).select(back.col(j), leak * back.col(j));
      }
      back = layer.weights.after(back);
    }
    slope = back.transpose();
  }

  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> met;  ///< a region whose rows the column meets, its own where it does
  Eigen::MatrixXd slope;

 private:
  const std::vector<Problem>& problems_;
  const std::vector<std::size_t>& regions_;
  std::vector<Eigen::Index> first_rows_;
};

class Attack {
 public:
  Attack(const std::vector<Problem>& problems, const Ball& ball, double first, std::uint64_t seed)
      : problems_(problems),
        ball_(ball),
        norm_(ball.norm()),
        largest_(ball.radius()),
        first_(first > 0 ? first : largest_ / 64),
        image_(problems.front().image()),
        reach_(problems.front().reach()),
        random_(seed),
        finds_(problems.size()) {
    for (std::size_t r = 0; r < finds_.size(); ++r) finds_[r] = {r, kFar, {}};
  }

  std::vector<GradientFind> run(const Deadline& deadline) {
    std::vector<std::size_t> regions(problems_.size());
    std::iota(regions.begin(), regions.end(), std::size_t{0});
    descend(regions, first_, parameters().gradient_steps, deadline);
    for (double before = kFar; !deadline.expired();) {
      const double nearest = best().distance;
      if (std::isinf(nearest) || nearest > (1 - parameters().gradient_gain) * before) break;
      before = nearest;
      descend(promising(nearest), nearest, parameters().gradient_steps, deadline);
    }
    std::erase_if(finds_, [](const GradientFind& find) { return find.image.size() == 0; });
    std::sort(finds_.begin(), finds_.end(),
              [](const auto& a, const auto& b) { return a.distance < b.distance; });
    return std::move(finds_);
  }

 private:
  const GradientFind& best() const {
    return *std::min_element(finds_.begin(), finds_.end(),
                             [](const auto& a, const auto& b) { return a.distance < b.distance; });
  }

  /// Regions with finds nearly as near as the nearest, in turn.
  std::vector<std::size_t> promising(double nearest) const {
    std::vector<std::size_t> good, regions;
    for (const GradientFind& find : finds_) {
      if (find.distance <= parameters().gradient_near * nearest) good.push_back(find.region);
    }
    const auto starts = static_cast<std::size_t>(parameters().gradient_starts);
    for (std::size_t i = 0; i < std::max(starts, good.size()); ++i) {
      regions.push_back(good[i % good.size()]);
    }
    return regions;
  }

  /// A start of region r for a radius: its find or the image, and around it at random.
  Eigen::VectorXd start(std::size_t r, double radius, bool at_random) {
    const Eigen::VectorXd& known = finds_[r].image;
    Eigen::VectorXd x = known.size() > 0 ? known : image_;
    if (!at_random) return x;
    Eigen::VectorXd noise(x.size());
    for (double& each : noise) each = random_.normal();
    move(x, noise, radius);
    return x;
  }

  void descend(const std::vector<std::size_t>& regions, double radius, int steps,
               const Deadline& deadline) {
    const bool all = std::isinf(best().distance);
    const auto count = static_cast<Eigen::Index>(regions.size());
    Eigen::MatrixXd x(image_.size(), count);
    Eigen::VectorXd radii = Eigen::VectorXd::Constant(count, radius);
    std::vector<char> met(regions.size()), begun(problems_.size());
    for (Eigen::Index c = 0; c < count; ++c) {
      const std::size_t r = regions[static_cast<std::size_t>(c)];
      x.col(c) = start(r, radius, begun[r] != 0);
      begun[r] = 1;
    }
    Eigen::MatrixXd means = x.colwise() - image_;  // of slopes
    Slopes slopes(problems_, regions);
    for (int step = 0; step < steps && !deadline.expired(); ++step) {
      const double left = 1 - static_cast<double>(step) / steps;
      slopes.compute(x, kLeak * left, all);
      for (Eigen::Index c = 0; c < count; ++c) {
        const auto column = static_cast<std::size_t>(c);
        const bool meets = slopes.met[column] != Slopes::kNone;
        if (meets) note(slopes.met[column], x.col(c));
        met[column] = met[column] != 0 || meets ? 1 : 0;
        const double growth = met[column] != 0 ? 0.01 + 0.09 * left : kGrowth;
        radii(c) = std::min(largest_, radii(c) * (meets ? 1 - growth : 1 + growth));
        if (norm_ == Norm::l0 || (norm_ == Norm::l1 && c % 2 == 1)) {
          if (norm_ == Norm::l0 && meets)
            radii(c) = std::min(radii(c), distance(norm_, x.col(c), image_) - 1e-3);
          if (norm_ == Norm::l0) radii(c) = std::max(radii(c), 1.0);
          const double size = slopes.slope.col(c).norm();
          means.col(c) = kKept * means.col(c) + slopes.slope.col(c) / (size > 0 ? size : 1);
          x.col(c) = farthest(means.col(c), radii(c));
          continue;
        }
        Eigen::VectorXd next = x.col(c);
        move(next, slopes.slope.col(c), radii(c) * (0.02 + 0.4 * left * left));
        project(next, radii(c));
        x.col(c) = next;
      }
    }
  }

  void note(std::size_t r, const Eigen::VectorXd& x) {
    const double reached = distance(norm_, x, image_);
    if (reached < finds_[r].distance) finds_[r] = {r, reached, x};
  }

  Eigen::VectorXd farthest(const Eigen::VectorXd& direction, double radius) {
    Eigen::VectorXd change;
    ball_.set_radius(std::min(radius, largest_));
    ball_.support(direction, &change);
    return (image_ + change).cwiseMax(reach_.lower).cwiseMin(reach_.upper);
  }

  /// By `length` in the norm's steepest direction, within the reach.
  void move(Eigen::VectorXd& x, const Eigen::VectorXd& slope, double length) const {
    if (norm_ == Norm::linf) {
      x += length * slope.cwiseSign();
    } else if (norm_ == Norm::l1 || norm_ == Norm::l0) {
      fill_steepest(x, slope, length);
    } else if (const double size = slope.norm(); size > 0) {
      x += length / size * slope;
    }
    x = x.cwiseMax(reach_.lower).cwiseMin(reach_.upper);
  }

  void fill_steepest(Eigen::VectorXd& x, const Eigen::VectorXd& slope, double length) const {
    Eigen::VectorXd steepness = (slope.array() > 0)
                                    .select((x.array() < reach_.upper.array()).select(slope, 0.0),
                                            (x.array() > reach_.lower.array()).select(-slope, 0.0));
    while (length > 0) {
      Eigen::Index j = 0;
      if (!(steepness.maxCoeff(&j) > 0)) return;
      steepness(j) = 0;
      const bool up = slope(j) > 0;
      const double moved = std::min(length, up ? reach_.upper(j) - x(j) : x(j) - reach_.lower(j));
      x(j) += up ? moved : -moved;
      length -= moved;
    }
  }

  /// Into the ball; both lie in the reach and so does what is between them.
  void project(Eigen::VectorXd& x, double radius) const {
    Eigen::VectorXd change = x - image_;
    if (norm_ == Norm::linf) {
      change = change.cwiseMax(-radius).cwiseMin(radius);
    } else if (norm_ == Norm::l1) {
      if (change.lpNorm<1>() <= radius) return;
      const Eigen::VectorXd sizes = change.cwiseAbs();
      const double threshold =
          soft_threshold(std::vector<double>(sizes.begin(), sizes.end()), radius);
      change = change.cwiseSign().cwiseProduct(
          (change.cwiseAbs().array() - threshold).max(0.0).matrix());
    } else if (const double size = change.norm(); size > radius) {
      change *= radius / size;
    }
    x = (image_ + change).cwiseMax(reach_.lower).cwiseMin(reach_.upper);
  }

  const std::vector<Problem>& problems_;
  Ball ball_;
  Norm norm_;
  double largest_, first_;  ///< radii
  const Eigen::VectorXd& image_;
  const Box& reach_;
  Random random_;
  std::vector<GradientFind> finds_;
};

}  // namespace

std::vector<GradientFind> gradient_attack(const std::vector<Problem>& problems, const Ball& ball,
                                          double first, std::uint64_t seed,
                                          const Deadline& deadline) {
  if (ball.has_costs()) return {};
  return Attack(problems, ball, first, seed).run(deadline);
}

void offer_nearest(std::vector<GradientFind>& finds, const std::vector<OutputRegion>& regions,
                   Incumbent& incumbent) {
  const auto near = [&](const GradientFind& find) {
    return find.distance <= parameters().gradient_near * incumbent.led_distance();
  };
  auto next = finds.begin();
  for (; next != finds.end() && near(*next); ++next) {
    incumbent.offer(regions[next->region], next->image);
  }
  finds.erase(finds.begin(), next);
}

}  // namespace brink::search
