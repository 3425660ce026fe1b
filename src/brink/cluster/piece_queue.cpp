#include "brink/cluster/piece_queue.h"

namespace brink {

std::optional<int> PieceQueue::next(int rank) {
  if (waiting_.empty()) return std::nullopt;
  const int i = *waiting_.begin();
  waiting_.erase(waiting_.begin());
  held_[rank].insert(i);
  return i;
}

bool PieceQueue::finish(int i) {
  if (done_[static_cast<std::size_t>(i)]) return false;
  done_[static_cast<std::size_t>(i)] = true;
  --left_;
  waiting_.erase(i);
  for (auto it = held_.begin(); it != held_.end();) {
    it->second.erase(i);
    it = it->second.empty() ? held_.erase(it) : std::next(it);
  }
  return true;
}

bool PieceQueue::lose(int rank) {
  const auto lost = held_.find(rank);
  if (lost == held_.end()) return false;
  waiting_.merge(lost->second);
  held_.erase(lost);
  return true;
}

}  // namespace brink
