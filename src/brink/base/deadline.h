// When to stop: a moment, or a flag raised from outside (Ctrl-C), whichever comes first.
#pragma once

#include <atomic>
#include <chrono>
#include <limits>

namespace brink {

/// Seconds since construction, on the steady clock.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

class Deadline {
 public:
  /// No moment, no flag: never stops.
  Deadline() = default;

  /// `seconds` from now (infinity: never). `interrupt` may be null and must outlive the deadline.
  static Deadline after(double seconds, const std::atomic<bool>* interrupt = nullptr) {
    Deadline deadline;
    deadline.limit_ = seconds;
    deadline.interrupt_ = interrupt;
    return deadline;
  }

  /// The same flag, and the earlier of this moment and `seconds` from now.
  Deadline within(double seconds) const {
    return after(seconds < remaining() ? seconds : remaining(), interrupt_);
  }

  /// The same flag, and a moment so many seconds later.
  Deadline extended(double seconds) const {
    Deadline later = *this;
    later.limit_ += seconds;
    return later;
  }

  /// Seconds left; never negative, infinity when there is no moment.
  double remaining() const {
    const double left = limit_ - watch_.seconds();
    return left > 0 ? left : 0;
  }

  bool interrupted() const {
    return interrupt_ != nullptr && interrupt_->load(std::memory_order_relaxed);
  }
  bool expired() const {
    return interrupted() || (limit_ < std::numeric_limits<double>::infinity() && remaining() <= 0);
  }

 private:
  Stopwatch watch_;
  double limit_ = std::numeric_limits<double>::infinity();
  const std::atomic<bool>* interrupt_ = nullptr;
};

}  // namespace brink
