// The best images known so far, shared by everything that searches for the same answer.
//
// Two of them where the question asks for a lead D > 0. The nearest with lead 0, ties included, is
// what bounds speak of; the nearest with the lead is the answer's image. A tree excludes points of
// lead 0 within search_radius() and points of lead D within led_radius(), which is a little larger.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>

#include "brink/base/deadline.h"
#include "brink/question/question.h"
#include "brink/search/problem.h"

namespace brink::search {

class Incumbent {
 public:
  /// `gap`: relative gap at which the search may stop; 0: the norm's optimality tolerance.
  /// Finds are not polished beyond the deadline.
  Incumbent(const Network& network, const ClosestQuestion& question, const Eigen::VectorXd& image,
            double gap, const Deadline& deadline = {});

  /// Distance of the best image, as the question measures it (linearised with breakpoints);
  /// infinity if none.
  double distance() const { return nearest_.distance.load(); }
  /// Nothing farther than this is worth finding: an answer's bound once all nearer is excluded.
  double search_radius() const { return nearest_.radius.load(); }

  /// From now on images with this lead are kept besides. A lead of 0: the one image is both.
  void set_lead(const Lead& lead);
  const Lead& lead() const { return lead_; }
  /// Of points that the region must not hide: its lead; 0 where no lead is asked for or, as with
  /// outputs that are all zero, there is none to be had.
  double lead(const OutputRegion& region) const { return region.all_zero ? 0 : lead_.value; }
  double led_distance() const { return leads() ? led_.distance.load() : distance(); }
  double led_radius() const { return leads() ? led_.radius.load() : search_radius(); }
  /// The larger of what a tree over the region has to go through.
  double tree_radius(const OutputRegion& region) const {
    return lead(region) > 0 ? std::max(led_radius(), search_radius()) : search_radius();
  }

  /// Is x nearer than the nearest image?
  bool improves(const Eigen::VectorXd& x) const;
  /// Takes a point of the region (phases and all), polishes it on its pattern and keeps what is
  /// better. Thread-safe. True if an incumbent improved.
  bool offer(const OutputRegion& region, const Eigen::VectorXd& point);

  /// The same for a point that is in the region but for rounding.
  bool offer_touching(const OutputRegion& region, const Eigen::VectorXd& point);

  /// Finds polished so far, and the time they took.
  std::int64_t patterns() const { return patterns_.load(); }
  double pattern_seconds() const { return pattern_seconds_.load(); }

  /// Called after each improvement, under the lock.
  std::function<void()> on_improvement;

  Eigen::VectorXd image() const;       ///< empty if none
  const OutputRegion* region() const;  ///< of image()
  Eigen::VectorXd led_image() const;
  const OutputRegion* led_region() const;

 private:
  struct Best {
    std::atomic<double> distance = std::numeric_limits<double>::infinity();
    std::atomic<double> radius = std::numeric_limits<double>::infinity();
    Eigen::VectorXd image;
    const OutputRegion* region = nullptr;
  };
  bool leads() const { return lead_.value > 0; }
  /// A first image with the lead, where the pattern gave none (in time): farther out than `found`.
  void stretch(const OutputRegion& region, const Eigen::VectorXd& found);
  double radius_for(double distance) const;
  bool keep(Best& best, const OutputRegion& region, const Eigen::VectorXd& x);
  bool offer(Best& best, const Lead& lead, const OutputRegion& region,
             const std::optional<Eigen::VectorXd>& polished, const Eigen::VectorXd& point);

  const Network& network_;
  const ClosestQuestion& question_;
  const Eigen::VectorXd& image_;
  double gap_;
  Deadline deadline_;
  Lead lead_;
  Best nearest_, led_;
  std::atomic<std::int64_t> patterns_ = 0;
  std::atomic<double> pattern_seconds_ = 0;
  mutable std::mutex mutex_;
};

}  // namespace brink::search
