// Every worker explores its own stack, depth first, and gives its oldest node away, the one nearest
// to the root, when somebody waits. So memory stays a stack per worker, and one worker alone never
// meets the others' machinery: its order of nodes is that of a plain depth-first search.
#include "brink/search/frontier.h"

namespace brink::search {

void Frontier::begin(int workers, const Budget& budget, std::int64_t nodes, double radius) {
  workers_ = workers;
  deadline_ = budget.deadline;
  effort_left_ = budget.effort;
  last_seen_ = nodes;
  least_radius_ = radius;
  stopping_ = false;
  waiting_ = 0;
}

bool Frontier::report(std::int64_t nodes, std::int64_t effort, double radius) {
  const bool enough = effort_left_.fetch_sub(effort) <= effort ||
                      seen_.fetch_add(nodes) + nodes >= last_seen_ || radius < least_radius_ ||
                      deadline_.expired();
  if (enough) stop();
  return !stopping_.load();
}

void Frontier::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void Frontier::give(Node node) {
  const std::lock_guard lock(mutex_);
  nodes_.push_back(std::move(node));
  changed_.notify_one();
}

std::optional<Node> Frontier::take() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  if (waiting_ == workers_ && nodes_.empty()) {  // nobody is left to give any
    stopping_ = true;
    changed_.notify_all();
  }
  changed_.wait(lock, [this] { return stopping_ || !nodes_.empty(); });
  --waiting_;
  if (stopping_) return std::nullopt;
  Node node = std::move(nodes_.back());
  nodes_.pop_back();
  return node;
}

}  // namespace brink::search
