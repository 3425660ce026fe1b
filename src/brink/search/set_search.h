// What the searches of unsafe sets share: a stack of work, who may say that it is done, and what
// it comes to (private to this folder).
#pragma once

#include <algorithm>
#include <limits>
#include <mutex>

#include "brink/base/parallel.h"
#include "brink/search/shared_stack.h"
#include "brink/search/unsafe.h"

namespace brink::search {

template <class Work>
class SetSearch {
 protected:
  SetSearch(const Network& network, const UnsafeQuestion& question, const Deadline& deadline,
            const UnsafeOptions& options, std::size_t few)
      : network_(network),
        question_(question),
        deadline_(deadline),
        options_(options),
        stack_(few) {}

  const OutputRegion& region(int set) const {
    return question_.sets[static_cast<std::size_t>(set)].region;
  }
  const Box& box_of(int set) const {
    return question_
        .boxes[static_cast<std::size_t>(question_.sets[static_cast<std::size_t>(set)].box)];
  }

  /// A point of a set, as far as the search can tell; true: that was the end.
  bool offer(int set, const Eigen::VectorXd& x) {
    const std::lock_guard lock(accepting_);
    if (found_ || !options_.accept(set, x)) return found_;
    found_ = true;
    stack_.stop();
    return true;
  }

  /// A change of the statistics.
  template <class Change>
  auto count(Change change) {
    const std::lock_guard lock(counting_);
    return change(statistics_);
  }

  /// Work that is left undone, with what its rows are exceeded by at most.
  void leave(double worth) {
    const std::lock_guard lock(counting_);
    left_ = std::max(left_, worth);
  }
  void give_up(double worth) {
    stack_.stop();
    leave(worth);
  }

  /// Threads take work until there is none.
  template <class ByThread>
  UnsafeResult run_threads(ByThread by_thread) {
    parallel_for(options_.threads, options_.threads, [&](int) { by_thread(); });
    return result();
  }

  UnsafeResult result() {
    UnsafeResult result;
    result.statistics = statistics_;
    result.excess = std::max(left_, stack_.most_worth());
    result.outcome = found_                     ? UnsafeOutcome::found
                     : stack_.stopped()         ? UnsafeOutcome::stopped
                     : statistics_.doubtful > 0 ? UnsafeOutcome::doubtful
                                                : UnsafeOutcome::none;
    return result;
  }

  const Network& network_;
  const UnsafeQuestion& question_;
  Deadline deadline_;
  const UnsafeOptions& options_;
  SharedStack<Work> stack_;

 private:
  std::mutex counting_, accepting_;
  std::atomic<bool> found_ = false;
  Statistics statistics_;
  double left_ = -std::numeric_limits<double>::infinity();
};

}  // namespace brink::search
