#include "brink/base/spare_threads.h"

#include <algorithm>

namespace brink {

void SpareThreads::begin(int own) {
  const std::lock_guard lock(mutex_);
  free_ -= own;
  ++pieces_;
  --waiting_;
}

void SpareThreads::change(int free, int pieces) {
  const std::lock_guard lock(mutex_);
  free_ += free;
  pieces_ += pieces;
}

int SpareThreads::lend() {
  const std::lock_guard lock(mutex_);
  const int pieces = std::max(1, pieces_);
  const int share = free_ > 0 && waiting_ <= 0 ? (free_ + pieces - 1) / pieces : 0;
  free_ -= share;
  return share;
}

}  // namespace brink
