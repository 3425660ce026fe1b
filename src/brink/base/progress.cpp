#include "brink/base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace brink {

Progress::Progress(std::string what, int total, bool quiet)
    : what_(std::move(what)), total_(total), shown_(!quiet && ::isatty(STDERR_FILENO) == 1) {}

void Progress::print(const std::string& note) {
  const double elapsed = watch_.seconds();
  fmt::print(stderr, "\r\x1b[K{} {}/{}  {:.0f} s", what_, done_, total_, elapsed);
  if (done_ > 0) {  // before the first is done there is nothing to go by
    fmt::print(stderr, ", about {:.0f} s left", elapsed / done_ * (total_ - done_));
  }
  fmt::print(stderr, "  {}", note);
  std::fflush(stderr);
}

void Progress::step(const std::string& note) {
  const std::lock_guard lock(mutex_);
  ++done_;
  if (shown_) print(note);
}

void Progress::news(const std::string& note) {
  const std::lock_guard lock(mutex_);
  if (!shown_ || watch_.seconds() < last_news_ + 0.3) return;
  last_news_ = watch_.seconds();
  print(note);
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

}  // namespace brink
