// The threads of one process that do pieces of work, seen from the thread that talks to the others.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "brink/base/crew.h"

namespace brink {

class Hands {
 public:
  struct Done {
    int piece = 0;
    std::optional<std::string> result;  ///< none: it was interrupted
  };

  Hands(int threads, const Crew::Work& work);
  /// Waits for pieces that are being done; those not begun are dropped.
  ~Hands();
  Hands(const Hands&) = delete;
  Hands& operator=(const Hands&) = delete;

  void give(int piece);
  /// What is done, in the order it was; rethrows what a piece threw.
  std::optional<Done> collect();
  /// Until something is done, at most so long.
  void wait(std::chrono::microseconds most);
  /// Pieces given and not collected.
  int busy() const { return busy_; }
  int threads() const { return static_cast<int>(threads_.size()); }

 private:
  void run();

  const Crew::Work& work_;
  std::mutex mutex_;
  std::condition_variable given_, finished_;
  std::deque<int> todo_;
  std::deque<Done> done_;
  std::exception_ptr thrown_;
  bool closing_ = false;
  int busy_ = 0;  ///< the owner's alone
  std::vector<std::thread> threads_;
};

}  // namespace brink
