#include "brink/search/open_nodes.h"

#include <algorithm>
#include <utility>

namespace brink::search {

namespace {

bool later(const Node& a, const Node& b) {
  return a.bound > b.bound;
}

Node last_of(std::vector<Node>& nodes) {
  Node node = std::move(nodes.back());
  nodes.pop_back();
  return node;
}

}  // namespace

void OpenNodes::put_off(Node node) {
  ++node.put_off;
  near_.insert(near_.begin(), std::move(node));
}

Node OpenNodes::pop() {
  if (left_ == 0) {
    for (Node& node : near_) {
      heap_.push_back(std::move(node));
      std::push_heap(heap_.begin(), heap_.end(), later);
    }
    near_.clear();
  }
  if (near_.empty()) {
    left_ = order_.burst - 1;
    // Without its last element the heap stays one.
    if (heap_.size() <= order_.most) std::pop_heap(heap_.begin(), heap_.end(), later);
    return last_of(heap_);
  }
  --left_;
  return last_of(near_);
}

double OpenNodes::least_bound() const {
  double least = std::numeric_limits<double>::infinity();
  for (const Node& node : near_) least = std::min(least, node.bound);
  return heap_.empty() ? least : std::min(least, heap_.front().bound);
}

Node OpenNodes::take_oldest() {
  Node node = std::move(near_.front());
  near_.erase(near_.begin());
  return node;
}

std::vector<Node> OpenNodes::take_all() {
  std::vector<Node> all = std::exchange(heap_, {});
  for (Node& node : near_) all.push_back(std::move(node));
  near_.clear();
  return all;
}

void OpenNodes::clear() {
  heap_.clear();
  near_.clear();
}

}  // namespace brink::search
