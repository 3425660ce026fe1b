#include "brink/base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <utility>

namespace brink {

Progress::Progress(std::string what, int total, bool quiet)
    : what_(std::move(what)), total_(total), shown_(!quiet && ::isatty(STDERR_FILENO) == 1) {}

namespace {

/// "7 s", "3:05", "1:02:09".
std::string duration(double seconds) {
  constexpr std::int64_t kMinute = 60, kHour = 3600;
  const auto all = static_cast<std::int64_t>(seconds);
  if (all < kMinute) return fmt::format("{} s", all);
  if (all < kHour) return fmt::format("{}:{:02}", all / kMinute, all % kMinute);
  return fmt::format("{}:{:02}:{:02}", all / kHour, all % kHour / kMinute, all % kMinute);
}

/// Columns of the terminal; 80 where it does not say.
std::size_t terminal_width() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUsual;
}

}  // namespace

void Progress::print(const std::string& note) {
  const double elapsed = watch_.seconds();
  std::string line = fmt::format("{} {}/{}  {}", what_, done_, total_, duration(elapsed));
  if (done_ > 0 && done_ < total_) {  // before the first is done there is nothing to go by
    line += fmt::format(", about {} left", duration(elapsed / done_ * (total_ - done_)));
  }
  line += "  " + note;
  const std::size_t width = terminal_width();
  if (line.size() >= width) line.resize(width - 1);  // a line that wraps is not cleared
  fmt::print(stderr, "\r\x1b[K{}", line);
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
