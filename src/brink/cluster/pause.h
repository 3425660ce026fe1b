// Private to this folder: how long to sleep when nothing has arrived: a share of the time that
// nothing has come for. So a message waits for little compared with what it was waited for, and
// waiting costs the less the rarer messages are. (Doubling up to half a millisecond took 2 % of a
// core from each rank, for pieces of a third of a second.)
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

#include "brink/base/deadline.h"

namespace brink {

class Pause {
 public:
  std::chrono::microseconds next() const {
    const double seconds = std::clamp(since_.seconds() / 64, 20e-6, 5e-3);
    return std::chrono::microseconds(static_cast<int>(1e6 * seconds));
  }
  void sleep() const { std::this_thread::sleep_for(next()); }
  /// Something has come.
  void reset() { since_ = Stopwatch(); }

 private:
  Stopwatch since_;
};

}  // namespace brink
