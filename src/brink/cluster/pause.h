// Private to this folder: how long to sleep when nothing has arrived. Short at first, since answers
// come within microseconds; longer and longer, so that waiting leaves the core to others.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace brink {

class Pause {
 public:
  /// `rare`: nothing is expected soon.
  std::chrono::microseconds next(bool rare = false) {
    const auto now = next_;
    next_ = std::min(2 * next_, rare ? kRare : kOften);
    return now;
  }
  void sleep() { std::this_thread::sleep_for(next(true)); }
  void reset() { next_ = kFirst; }

 private:
  static constexpr std::chrono::microseconds kFirst{20}, kOften{500}, kRare{5000};
  std::chrono::microseconds next_ = kFirst;
};

}  // namespace brink
