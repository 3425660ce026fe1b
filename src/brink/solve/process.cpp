#include "brink/solve/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include "brink/solve/cbc_child.h"
#include "brink/solve/helper.h"
#include "brink/solve/vendor.h"

namespace brink {

namespace {

/// What precedes values and text of a message.
struct MessageHead {
  SolveStatus status = SolveStatus::time_limit;
  double objective = kInfinity;
  double bound = -kInfinity;
  std::int64_t nodes = 0;
  std::int64_t values = 0;  ///< doubles that follow
  std::int64_t text = 0;    ///< bytes that follow these
  bool last = false;
};

void send_bytes(int descriptor, const void* bytes, std::size_t count) {
  const char* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(descriptor, next, count);
    if (written <= 0) _exit(1);
    next += written;
    count -= static_cast<std::size_t>(written);
  }
}

void send_solution(int descriptor, const Solution& solution, bool last) {
  MessageHead head;
  head.status = solution.status;
  head.objective = solution.objective;
  head.bound = solution.bound;
  head.nodes = solution.nodes;
  head.values = static_cast<std::int64_t>(solution.values.size());
  head.text = static_cast<std::int64_t>(solution.detail.size());
  head.last = last;
  send_bytes(descriptor, &head, sizeof head);
  send_bytes(descriptor, solution.values.data(), solution.values.size() * sizeof(double));
  send_bytes(descriptor, solution.detail.data(), solution.detail.size());
}

/// Pipe and fork under one lock: otherwise a child of another thread would inherit our pipe's
/// write end and keep it open.
StartedHelper start_child(const SolveRequest& request) {
  if (const auto helper = solving_helper(); !helper.empty()) return start_helper(helper, request);
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    work(ends[1], request);
  }
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    return {};
  }
  return {pid, ends[0]};
}

enum class Ending { finished, killed_at_limit, interrupted };

/// Collects what the child sends until it closes the pipe, or ends it.
Ending collect(const StartedHelper& solve, const Deadline& deadline, double limit,
               std::vector<char>& bytes) {
  const Deadline hard = Deadline::after(limit);
  std::array<char, 1 << 16> buffer;
  for (;;) {
    pollfd waiting{solve.descriptor, POLLIN, 0};
    if (::poll(&waiting, 1, 50) > 0) {
      const ssize_t count = ::read(solve.descriptor, buffer.data(), buffer.size());
      if (count > 0) {
        bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + count);
        continue;
      }
      if (count == 0) return Ending::finished;
      if (errno != EINTR) return Ending::finished;
    }
    if (deadline.interrupted()) return Ending::interrupted;
    if (hard.expired()) return Ending::killed_at_limit;
  }
}

/// Decodes the child's messages into `solution`: the last complete one; false if that is not the
/// result.
bool decode(const std::vector<char>& bytes, Solution& solution) {
  std::size_t offset = 0;
  MessageHead head;
  while (bytes.size() >= offset + sizeof head) {
    std::memcpy(&head, bytes.data() + offset, sizeof head);
    offset += sizeof head;
    const auto values = static_cast<std::size_t>(head.values);
    const auto text = static_cast<std::size_t>(head.text);
    if (bytes.size() - offset < values * sizeof(double) + text) return false;
    // A bound alone leaves the solution that was told before.
    if (values > 0 || head.last) {
      solution.objective = head.objective;
      solution.values.resize(values);
      if (values > 0) {
        std::memcpy(solution.values.data(), bytes.data() + offset, values * sizeof(double));
      }
    }
    offset += values * sizeof(double);
    solution.status = head.status;
    solution.bound = head.bound;
    solution.nodes = head.nodes;
    solution.detail.assign(bytes.data() + offset, text);
    offset += text;
  }
  return head.last;
}

Solution solved(const SolveRequest& request, const Tell& tell) {
  if (request.solver == "cbc") return cbc::solve(request, tell);
  return solve_by_vendor(request, tell);
}

}  // namespace

Expected<Solution> solve_in_process(const SolveRequest& request, const Deadline& deadline,
                                    double patience) {
  const Stopwatch watch;
  const StartedHelper solve = start_child(request);
  if (solve.pid < 0) {
    return failure("{}: cannot start a child process: {}", request.solver, std::strerror(errno));
  }
  std::vector<char> bytes;
  const Ending ending = collect(solve, deadline, request.limit + patience, bytes);
  if (ending != Ending::finished) ::kill(solve.pid, SIGKILL);
  ::close(solve.descriptor);
  int status = 0;
  while (::waitpid(solve.pid, &status, 0) < 0 && errno == EINTR) {
  }
  Solution solution;
  const bool complete = decode(bytes, solution);
  if (ending == Ending::interrupted) {
    solution.status = SolveStatus::interrupted;
  } else if (ending == Ending::killed_at_limit) {
    solution.status = SolveStatus::time_limit;
  } else if (!complete) {
    solution.status = SolveStatus::failed;
    solution.detail = WIFSIGNALED(status)
                          ? fmt::format("the solver's process died of signal {}", WTERMSIG(status))
                          : fmt::format("the solver's process ended with {}", WEXITSTATUS(status));
  }
  solution.seconds = watch.seconds();
  return solution;
}

void work(int descriptor, const SolveRequest& request) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C reaches the whole group: the parent decides
  std::signal(SIGTERM, SIG_DFL);
  const int null = ::open("/dev/null", O_WRONLY);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  const Tell tell = [descriptor](const Solution& news) { send_solution(descriptor, news, false); };
  try {
    send_solution(descriptor, solved(request, tell), true);
  } catch (const std::exception& error) {
    Solution failed;
    failed.detail = error.what();
    send_solution(descriptor, failed, true);
  } catch (...) {
    _exit(2);
  }
  _exit(0);
}

}  // namespace brink
