#include "brink/base/files.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string_view>

#include "brink/base/destination.h"
#include "brink/base/interrupt.h"
#include "brink/base/temporary_file.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

/// An open file, closed at the end of its life.
struct Descriptor {
  int number = -1;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

/// A failed read is an error, never the end of the file.
Expected<std::string> read_all(int descriptor, const struct stat& found, const std::string& name) {
  const bool regular = S_ISREG(found.st_mode);
  std::string bytes;
  bytes.reserve(regular ? static_cast<std::size_t>(found.st_size) : 0);
  std::array<char, 1U << 16> piece;
  for (;;) {
    if (!regular && (!wait_for(descriptor, POLLIN) || interrupt_flag())) return interrupted();
    const ssize_t count = read(descriptor, piece.data(), piece.size());
    if (count == 0) return bytes;
    if (count > 0) {
      bytes.append(piece.data(), static_cast<std::size_t>(count));
    } else if (errno != EINTR && errno != EAGAIN) {
      return failure("cannot read '{}': {}", name, std::strerror(errno));
    }
  }
}

/// SIGINT and SIGTERM wait while a file is written, so that nothing half written is left.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

/// The owner and mode of the file that is replaced; without the right to give files away the owner
/// is who writes.
void take_over(const struct stat& old, int descriptor) {
  constexpr mode_t kPermissions = 0777;
  const bool given = fchown(descriptor, old.st_uid, old.st_gid) == 0 ||
                     fchown(descriptor, static_cast<uid_t>(-1), old.st_gid) == 0;
  const mode_t mode = old.st_mode & kPermissions;
  (void)fchmod(descriptor, given ? mode : mode & ~static_cast<mode_t>(S_IRWXG));
}

Expected<void> write_regular(const fs::path& path, const std::string& bytes) {
  const SignalsHeld held;
  struct stat old {};
  const bool there = stat(path.c_str(), &old) == 0;
  auto file = TemporaryFile::beside(path, there ? 0600 : 0666);
  if (!file) return tl::unexpected(file.error());
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = write(file->descriptor(), bytes.data() + done, bytes.size() - done);
    if (count >= 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      return failure("cannot write '{}': {}", path.string(), std::strerror(errno));
    }
  }
  if (there) take_over(old, file->descriptor());
  return file->rename_to(path);
}

}  // namespace

Expected<std::string> read_file(const fs::path& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat found {};
  if (file.number < 0 || fstat(file.number, &found) != 0) {
    return bad_request("cannot read '{}': {}", path.string(), std::strerror(errno));
  }
  if (S_ISDIR(found.st_mode)) {
    return bad_request("cannot read '{}': it is a folder, a file is needed", path.string());
  }
  try {
    return read_all(file.number, found, path.string());
  } catch (const std::bad_alloc&) {
    return failure("cannot read '{}': out of memory", path.string());
  } catch (const std::length_error&) {
    return failure("cannot read '{}': out of memory", path.string());
  }
}

Expected<void> write_file(const fs::path& path, const std::string& bytes) {
  const auto to = destination(path);
  if (!to) return tl::unexpected(to.error());
  if (!to->stream) return write_regular(to->path, bytes);
  if (to->descriptor >= 0) return write_all(to->descriptor, bytes, path.string());
  const auto opened = open_pipe(to->path);
  if (!opened) return tl::unexpected(opened.error());
  const Descriptor pipe(*opened);
  return write_all(pipe.number, bytes, path.string());
}

Expected<void> check_writable(const fs::path& path) {
  const auto to = destination(path);
  if (!to) return tl::unexpected(to.error());
  if (to->descriptor >= 0) return {};
  const bool missing = access(to->path.c_str(), W_OK) != 0;
  if (missing && errno != ENOENT) {
    return bad_request("cannot write '{}': {}", path.string(), std::strerror(errno));
  }
  if (to->stream) return {};
  const auto possible = TemporaryFile::beside(to->path);
  if (!possible) return tl::unexpected(possible.error());
  return {};
}

Expected<void> check_folder(const fs::path& folder) {
  if (is_stream(folder)) {
    return bad_request("'{}': a folder is needed, several files are written", folder.string());
  }
  std::error_code code;
  fs::path at = fs::absolute(folder, code).lexically_normal();
  while (fs::symlink_status(at, code).type() == fs::file_type::not_found && at != at.root_path()) {
    at = at.parent_path();
  }
  if (!fs::is_directory(at, code)) {
    return bad_request("cannot write into '{}': '{}' is no folder", folder.string(), at.string());
  }
  const auto possible = TemporaryFile::beside(at / "file");
  if (!possible) return tl::unexpected(possible.error());
  return {};
}

namespace {

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code code;
  if (is_standard_output(a) && is_standard_output(b)) return true;
  return fs::equivalent(a, b, code) ||
         fs::absolute(a).lexically_normal() == fs::absolute(b).lexically_normal();
}

/// The file, or what SQLite keeps beside it.
bool touches(const fs::path& output, const fs::path& kept) {
  return same_file(output, kept) || same_file(output, kept.string() + "-wal") ||
         same_file(output, kept.string() + "-shm");
}

bool is_database(const fs::path& path) {
  constexpr std::string_view kMark = "SQLite format 3";
  if (is_stream(path)) return false;
  std::string start(kMark.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) && start == kMark;
}

}  // namespace

Expected<void> check_outputs(const std::vector<fs::path>& outputs,
                             const std::vector<fs::path>& kept) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].empty()) continue;
    for (const fs::path& other : kept) {
      if (other.empty() || !touches(outputs[i], other)) continue;
      return bad_request("'{}' would be written over '{}': name another output",
                         outputs[i].string(), other.string());
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (outputs[j].empty() || !same_file(outputs[i], outputs[j])) continue;
      return bad_request("'{}' is named for two outputs: name two files", outputs[i].string());
    }
    if (auto ok = check_writable(outputs[i]); !ok) return ok;
    if (is_database(outputs[i])) {
      return bad_request("'{}' is a results store and would be lost: name another output",
                         outputs[i].string());
    }
  }
  return {};
}

}  // namespace brink
