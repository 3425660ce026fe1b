// Saves bounds while they are proven, so that a run that is killed loses seconds.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "brink/base/deadline.h"
#include "brink/bounds/bounds.h"

namespace brink {

class BoundsKeeper {
 public:
  using Save = std::function<Expected<void>(const Bounds&)>;
  /// `save` may be empty: nothing is kept.
  explicit BoundsKeeper(Save save) : save_(std::move(save)) {}

  /// The latest bounds; saved if the last time is some seconds ago.
  void take(const Bounds& bounds) {
    latest_ = bounds;
    if (since_save_.seconds() >= kSecondsBetweenSaves) (void)save();  // the last one must succeed
  }
  /// What was taken last, if anything: for a run that is stopped.
  Expected<void> save() {
    since_save_ = Stopwatch();
    return latest_ && save_ ? save_(*latest_) : Expected<void>();
  }

 private:
  static constexpr double kSecondsBetweenSaves = 5;
  Save save_;
  std::optional<Bounds> latest_;
  Stopwatch since_save_;
};

}  // namespace brink
