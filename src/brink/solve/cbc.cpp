// CBC through its command-line driver (CbcMain1): preprocessing, cuts and heuristics as its users
// know them.
//
// One child process a solve, forked or, where a program for it is named (helper.h), started.
// CBC 2.10 keeps global state (parameter tables, signal handlers, a pointer to the model in work)
// and overruns its time limit in preprocessing, in root cuts and in heuristics; a child makes
// solves independent and lets the parent end one at any moment. The child sends the bound of its LP
// relaxation first, then solutions as they are found, and the result; if it has to be killed, the
// first is what was proven and the last solution what was found.
//
// What CBC says is believed with care:
//  - A stopped CBC may call itself finished: a node LP cut short by the time limit can count as
//    infeasible. So the search is stopped between nodes by an event handler; CBC's own limit lies
//    behind, as a fallback, and a run that reaches it is trusted for its incumbent only.
//  - The default cutoff increment (1e-5) drops better solutions: set to 1e-10.
//  - Its preprocessing returns false optima and infeasibilities on models with -d <= x - x~ <= d
//    (6 of 4,000 tiny oracle cases; none without it): off. Without it two in 14,000 die in a
//    heuristic's assertion: a solve whose process died is tried once more without heuristics.
//  - Integrality is tightened to 1e-9, since M times the tolerance leaks through big-M rows.
// Dropped: CbcModel without the driver (no preprocessing, several times slower); -seconds as the
// only limit (wrong "optimal" on stopped runs).
#include "brink/solve/cbc.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include "brink/solve/cbc_child.h"
#include "brink/solve/helper.h"
#include "brink/solve/indicator.h"

namespace brink {

namespace {

/// How long after its limit a child may still send its result.
constexpr double kPatience = 0.35;

using Child = StartedHelper;

/// Pipe and fork under one lock: otherwise a child of another thread would inherit our pipe's
/// write end and keep it open.
Child start(const Program& program, const SolveOptions& options, bool heuristics, double limit) {
  if (const auto helper = solving_helper(); !helper.empty()) {
    return start_helper(helper, {program, options.relative_gap, options.cutoff, heuristics, limit});
  }
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    try {
      cbc::work(ends[1], program, options, heuristics, limit);
    } catch (...) {
      _exit(2);
    }
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
Ending collect(const Child& solve, const SolveOptions& options, double limit,
               std::vector<char>& bytes) {
  const Deadline hard = Deadline::after(limit + kPatience);
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
    if (options.deadline.interrupted()) return Ending::interrupted;
    if (hard.expired()) return Ending::killed_at_limit;
  }
}

/// Decodes the child's messages into `solution`: the last complete one; false if that is not the
/// result.
bool decode(const std::vector<char>& bytes, Solution& solution) {
  std::size_t offset = 0;
  cbc::Message message;
  while (bytes.size() >= offset + sizeof message) {
    std::memcpy(&message, bytes.data() + offset, sizeof message);
    offset += sizeof message;
    const auto count = static_cast<std::size_t>(message.value_count);
    if (bytes.size() - offset < count * sizeof(double)) return false;
    solution.status = message.status;
    solution.objective = message.objective;
    solution.bound = message.bound;
    solution.nodes = message.nodes;
    solution.values.resize(count);
    if (count > 0) {
      std::memcpy(solution.values.data(), bytes.data() + offset, count * sizeof(double));
    }
    offset += count * sizeof(double);
  }
  return message.last;
}

/// One child, from start to end.
Expected<Solution> solve_once(const Program& program, const SolveOptions& options,
                              bool heuristics) {
  const Stopwatch watch;
  Solution solution;
  const double limit = options.deadline.remaining();
  const Child solve = start(program, options, heuristics, limit);
  if (solve.pid < 0) return failure("cbc: cannot start a child process: {}", std::strerror(errno));
  std::vector<char> bytes;
  const Ending ending = collect(solve, options, limit, bytes);
  if (ending != Ending::finished) ::kill(solve.pid, SIGKILL);
  ::close(solve.descriptor);
  int status = 0;
  while (::waitpid(solve.pid, &status, 0) < 0 && errno == EINTR) {
  }
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

}  // namespace

Expected<Solution> CbcSolver::solve(const Program& program, const SolveOptions& options) const {
  if (const auto sound = check(program); !sound) return tl::unexpected(sound.error());
  const Expected<Program> plain = without_indicators(program);
  if (!plain) return tl::unexpected(plain.error());
  Expected<Solution> solution = solve_once(*plain, options, true);
  if (solution && solution->status == SolveStatus::failed) {
    solution = solve_once(*plain, options, false);
  }
  return solution;
}

}  // namespace brink
