// Work that several threads take from one stack, until none is left or it is stopped
// or paused: the worthiest
// piece while there are few, else the newest, so that memory stays bounded.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace brink::search {

/// Work has a `worth`; of equals the newest comes first.
template <class Work>
class SharedStack {
 public:
  /// `few`: pieces up to which the worthiest is taken.
  explicit SharedStack(std::size_t few) : few_(few) {}

  void push(Work work) {
    const std::lock_guard lock(mutex_);
    stack_.push_back(std::make_unique<Work>(std::move(work)));
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

  /// Of the pieces that are left; -infinity: none is.
  double most_worth() {
    const std::lock_guard lock(mutex_);
    double most = -std::numeric_limits<double>::infinity();
    for (const auto& piece : stack_) most = std::max(most, piece->worth);
    return most;
  }

  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  /// All return from run(), and work waits until it is run again.
  void pause() { paused_ = true; }
  bool resume() { return paused_.exchange(false); }

 private:
  std::optional<Work> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return left() || !stack_.empty() || working_ == 0; });
    if (left() || stack_.empty()) return std::nullopt;
    auto chosen = stack_.end() - 1;
    if (stack_.size() <= few_) {
      for (auto at = chosen; at != stack_.begin();) {
        if ((*--at)->worth > (*chosen)->worth) chosen = at;
      }
    }
    std::optional<Work> item = std::move(**chosen);
    stack_.erase(chosen);
    ++working_;
    return item;
  }

  void done() {
    const std::lock_guard lock(mutex_);
    --working_;
    if (working_ == 0 || left()) changed_.notify_all();
  }

  bool left() const { return stopped_ || paused_; }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Work>> stack_;
  std::size_t few_;
  int working_ = 0;
  std::atomic<bool> stopped_ = false, paused_ = false;
};

}  // namespace brink::search
