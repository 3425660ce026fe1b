// The best image known so far, shared by everything that searches for the same answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>

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
  double distance() const { return distance_.load(); }
  /// Nothing farther than this is worth finding: an answer's bound once all nearer is excluded.
  double search_radius() const { return radius_.load(); }

  /// Takes a point of the region (phases and all), polishes it on its pattern and keeps it if it
  /// is better. Thread-safe. True if the incumbent improved.
  bool offer(const OutputRegion& region, const Eigen::VectorXd& point);

  /// The same for a point that is in the region but for rounding.
  bool offer_touching(const OutputRegion& region, const Eigen::VectorXd& point);

  /// Finds polished so far, and the time they took.
  std::int64_t patterns() const { return patterns_.load(); }
  double pattern_seconds() const { return pattern_seconds_.load(); }

  /// Called with the new distance after each improvement, under the lock.
  std::function<void(double)> on_improvement;

  Eigen::VectorXd image() const;       ///< empty if none
  const OutputRegion* region() const;  ///< of image()

 private:
  double radius_for(double distance) const;
  bool keep(const OutputRegion& region, const Eigen::VectorXd& x);

  const Network& network_;
  const ClosestQuestion& question_;
  const Eigen::VectorXd& image_;
  double gap_;
  Deadline deadline_;
  std::atomic<double> distance_, radius_;
  std::atomic<std::int64_t> patterns_ = 0;
  std::atomic<double> pattern_seconds_ = 0;
  mutable std::mutex mutex_;
  Eigen::VectorXd best_;
  const OutputRegion* best_region_ = nullptr;
};

}  // namespace brink::search
