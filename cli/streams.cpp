#include "streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string_view>

#include "brink/base/destination.h"
#include "brink/base/files.h"

namespace brink::cli {

namespace {

std::atomic<bool> g_keeping = false;
std::atomic<bool> g_speaks = true;
std::atomic<double> g_first = 0;  // when the first signal came
static_assert(std::atomic<double>::is_always_lock_free);

double seconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// timeout(1), shells and MPI signal a process and its group: such a pair is one signal.
void on_signal(int) {
  constexpr double kPair = 0.1;
  const int error = errno;
  const bool again = interrupt_flag() && seconds() > g_first + kPair;
  if (!g_keeping || again) {
    constexpr std::string_view kLine = "brink: interrupted\n";
    if (g_speaks) {
      [[maybe_unused]] const auto ignored = write(STDERR_FILENO, kLine.data(), kLine.size());
    }
    _exit(130);
  }
  if (!interrupt_flag()) g_first = seconds();
  interrupt_flag() = true;
  errno = error;
}

}  // namespace

void open_missing_streams() {
  // From 0 up: open() takes the least that is free. A stdout that can only be read from fails.
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    const int opened = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    if (opened >= 0 && opened != descriptor) {
      dup2(opened, descriptor);
      close(opened);
    }
  }
}

void watch_signals(bool speaks) {
  g_speaks = speaks;
  (void)interrupt_flag();  // made before a signal needs it
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGTERM);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large is an error like a full disk, not a death
  std::signal(SIGPIPE, SIG_IGN);  // and so is a pipe that nobody reads
}

void keep_on_signals() {
  g_keeping = true;
}

Expected<void> claim_outputs(const Common& common,
                             const std::vector<std::filesystem::path>& outputs,
                             const std::vector<std::filesystem::path>& kept) {
  if (auto ok = check_outputs(outputs, kept); !ok) return ok;
  if (std::none_of(outputs.begin(), outputs.end(), is_standard_output)) return {};
  if (common.json) {
    return bad_request("an output and --json both want the standard output: leave one out");
  }
  return divert_prints();
}

Expected<void> check_answer() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
  return failure("the answer could not be written to the standard output: {}",
                 errno != 0 ? std::strerror(errno) : "an earlier write failed");
}

}  // namespace brink::cli
