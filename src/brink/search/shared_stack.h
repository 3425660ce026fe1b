// Work that several threads take from one stack, until none is left, it is stopped, or something is
// found.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace brink::search {

template <class Work>
class SharedStack {
 public:
  void push(Work work) {
    const std::lock_guard lock(mutex_);
    stack_.push_back(std::move(work));
    changed_.notify_one();
  }

  /// Work for whoever calls, until nobody has any: `work(item)` for each, on the calling thread.
  template <class Do>
  void run(Do work) {
    while (auto item = take()) {
      try {
        work(std::move(*item));
      } catch (...) {
        stop();
        done();
        throw;
      }
      done();
    }
  }

  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

 private:
  std::optional<Work> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || !stack_.empty() || working_ == 0; });
    if (stopped_ || stack_.empty()) return std::nullopt;
    std::optional<Work> item = std::move(stack_.back());
    stack_.pop_back();
    ++working_;
    return item;
  }

  void done() {
    const std::lock_guard lock(mutex_);
    --working_;
    if (working_ == 0 || stopped_) changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Work> stack_;
  int working_ = 0;
  std::atomic<bool> stopped_ = false;
};

}  // namespace brink::search
