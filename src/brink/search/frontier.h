// Open nodes that pass from one thread to another, and when a burst of work ends.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/search/node.h"

namespace brink::search {

/// How far a piece of work may go.
struct Budget {
  Deadline deadline;
  std::int64_t effort = std::numeric_limits<std::int64_t>::max();  ///< Statistics::effort
};

class Frontier {
 public:
  /// Before a burst of `workers`: it ends when one of these is reached or nothing is left to do.
  void begin(int workers, const Budget& budget, std::int64_t nodes, double radius);
  /// A worker's report on the nodes that it has just seen; true: the burst goes on.
  bool report(std::int64_t nodes, std::int64_t effort, double radius);
  void stop();

  bool hungry() const { return waiting_.load(std::memory_order_relaxed) > 0; }
  void give(Node node);
  /// Waits for a node; nothing: the burst has ended.
  std::optional<Node> take();

  /// Between bursts.
  std::vector<Node>& nodes() { return nodes_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  std::int64_t nodes_seen() const { return seen_.load(); }
  void forget_seen() { seen_ = 0; }

 private:
  int workers_ = 0;
  std::atomic<int> waiting_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::int64_t> seen_ = 0, effort_left_ = 0;
  std::int64_t last_seen_ = 0;
  double least_radius_ = 0;
  Deadline deadline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Node> nodes_;
};

}  // namespace brink::search
