// Links are followed one by one, because the last of them may lead to what need not be there yet,
// and because links of /proc/self/fd lead to what is open: it is written to as it is, never opened
// a second time, which would begin at its front.
#include "brink/base/destination.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <optional>

#include "brink/base/interrupt.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

constexpr int kMostLinks = 40;  // as in Linux

int g_standard_output = STDOUT_FILENO;  // another one once prints are diverted

/// N, if `path` is /dev/fd/N or another name of this process's descriptor N.
std::optional<int> descriptor_of(const fs::path& path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  const std::string name = path.filename().string();
  const bool number =
      !name.empty() && name.size() < 8 && name.find_first_not_of("0123456789") == std::string::npos;
  if (!number) return std::nullopt;
  std::error_code code;
  const fs::path folder = fs::weakly_canonical(path.parent_path(), code);
  if (code || folder != fmt::format("/proc/{}/fd", getpid())) return std::nullopt;
  return std::stoi(name);
}

Expected<Destination> open_already(const fs::path& name, int descriptor) {
  if (descriptor == STDOUT_FILENO) descriptor = g_standard_output;
  const int mode = fcntl(descriptor, F_GETFL);
  if (mode < 0 || (mode & O_ACCMODE) == O_RDONLY) {
    if (descriptor == g_standard_output) return failure("the standard output is closed");
    return bad_request("cannot write '{}': it is not open for writing", name.string());
  }
  return Destination{name, true, descriptor};
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

Expected<Destination> destination(const fs::path& path) {
  if (path == "-") return open_already(path, STDOUT_FILENO);
  fs::path at = path;
  for (int links = 0; links < kMostLinks; ++links) {
    if (const auto descriptor = descriptor_of(at)) return open_already(path, *descriptor);
    struct stat found {};
    if (lstat(at.c_str(), &found) != 0) {
      if (errno == ENOENT) return Destination{at, false, -1};
      return bad_request("cannot write '{}': {}", path.string(), std::strerror(errno));
    }
    if (S_ISREG(found.st_mode)) return Destination{at, false, -1};
    if (S_ISFIFO(found.st_mode)) return Destination{at, true, -1};
    if (!S_ISLNK(found.st_mode)) {
      return bad_request("cannot write '{}': it is {}, name a file", path.string(),
                         kind_of(found.st_mode));
    }
    std::error_code code;
    const fs::path next = fs::read_symlink(at, code);
    if (code) return bad_request("cannot write '{}': {}", path.string(), code.message());
    at = at.parent_path() / next;
  }
  return bad_request("cannot write '{}': {}", path.string(), std::strerror(ELOOP));
}

bool is_stream(const fs::path& path) {
  const auto found = destination(path);
  return found && found->stream;
}

bool is_standard_output(const fs::path& path) {
  const auto found = destination(path);
  return found && found->stream && found->descriptor == g_standard_output;
}

fs::path followed(const fs::path& path) {
  const auto found = path.empty() ? Destination{path, true, -1} : destination(path);
  return found && !found->stream ? found->path : path;
}

Expected<void> divert_prints() {
  if (g_standard_output != STDOUT_FILENO) return {};
  std::fflush(stdout);
  const int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (kept < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    return failure("cannot write to the standard output: {}", std::strerror(errno));
  }
  g_standard_output = kept;
  return {};
}

Expected<void> write_all(int descriptor, const std::string& bytes, const std::string& name) {
  constexpr std::size_t kPiece = PIPE_BUF;  // what a pipe that is ready takes without blocking
  for (std::size_t done = 0; done < bytes.size();) {
    if (!wait_for(descriptor, POLLOUT)) return interrupted();
    const std::size_t size = std::min(kPiece, bytes.size() - done);
    const ssize_t written = write(descriptor, bytes.data() + done, size);
    if (written > 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR && errno != EAGAIN) {
      return failure("cannot write '{}': {}", name, std::strerror(errno));
    }
  }
  return {};
}

Expected<int> open_pipe(const fs::path& path) {
  int descriptor = -1;
  while ((descriptor = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0) {
    if (errno != ENXIO && errno != EINTR) {  // ENXIO: nobody reads yet
      return bad_request("cannot write '{}': {}", path.string(), std::strerror(errno));
    }
    if (!wait_for(-1, 0)) return interrupted();
  }
  return descriptor;
}

}  // namespace brink
