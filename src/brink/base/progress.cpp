#include "brink/base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace brink {

Progress::Progress(std::string what, int total, bool quiet)
    : what_(std::move(what)), total_(total), shown_(!quiet && ::isatty(STDERR_FILENO) == 1) {}

void Progress::step(const std::string& note) {
  const std::lock_guard lock(mutex_);
  ++done_;
  if (!shown_) return;
  const double elapsed = watch_.seconds();
  const double left = elapsed / done_ * (total_ - done_);
  fmt::print(stderr, "\r\x1b[K{} {}/{}  {:.0f} s, about {:.0f} s left  {}", what_, done_, total_,
             elapsed, left, note);
  std::fflush(stderr);
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

}  // namespace brink
