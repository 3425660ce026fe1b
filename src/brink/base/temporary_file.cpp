// Between making the file and locking it, another run may take it for a killed one's and sweep it:
// whoever has locked it looks whether its name still leads to it, as in file_lock.cpp. Where files
// cannot be locked nothing is swept.
#include "brink/base/temporary_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <mutex>
#include <random>
#include <set>
#include <utility>

namespace brink {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kMark = ".brink-";
constexpr std::string_view kEnding = ".tmp";
constexpr std::size_t kDigits = 16;
constexpr int kFlags = O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_RDWR;

fs::path random_name(const fs::path& target) {
  std::random_device source;
  std::string name = target.filename().string();
  name.resize(std::min(name.size(), NAME_MAX - kMark.size() - kDigits - kEnding.size()));
  return target.parent_path() /
         fmt::format("{}{}{:08x}{:08x}{}", name, kMark, source(), source(), kEnding);
}

bool is_ours(std::string_view name) {
  const std::size_t tail = kMark.size() + kDigits + kEnding.size();
  if (name.size() <= tail) return false;
  const std::string_view end = name.substr(name.size() - tail);
  return end.starts_with(kMark) && end.ends_with(kEnding) &&
         end.substr(kMark.size(), kDigits).find_first_not_of("0123456789abcdef") ==
             std::string_view::npos;
}

bool leads_to(const fs::path& path, int descriptor) {
  struct stat held {
  }, named{};
  return fstat(descriptor, &held) == 0 && lstat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

/// Removes `path` if it is a file of this user that no process holds.
void sweep_file(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return;
  struct stat found {};
  if (fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == geteuid() &&
      flock(descriptor, LOCK_EX | LOCK_NB) == 0 && leads_to(path, descriptor)) {
    unlink(path.c_str());
  }
  close(descriptor);
}

/// What killed runs left in `folder`, once a process: folders may hold many files.
void sweep(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> swept;
  const std::lock_guard lock(mutex);
  if (!swept.insert(folder).second) return;
  std::error_code code;
  fs::directory_iterator entries(folder.empty() ? fs::path(".") : folder, code);
  for (; !code && entries != fs::directory_iterator(); entries.increment(code)) {
    if (is_ours(entries->path().filename().string())) sweep_file(entries->path());
  }
}

}  // namespace

Expected<TemporaryFile> TemporaryFile::beside(const fs::path& target, mode_t mode) {
  sweep(target.parent_path());
  for (;;) {
    const fs::path path = random_name(target);
    const int descriptor = open(path.c_str(), kFlags, mode);
    if (descriptor < 0) {
      if (errno == EEXIST || errno == EINTR) continue;
      return bad_request("cannot write '{}': {}", target.string(), std::strerror(errno));
    }
    const bool swept = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!swept && leads_to(path, descriptor)) return TemporaryFile(path, descriptor);
    close(descriptor);
  }
}

TemporaryFile::TemporaryFile(fs::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), descriptor_(std::exchange(other.descriptor_, -1)) {}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) unlink(path_.c_str());
  if (descriptor_ >= 0) close(descriptor_);
}

Expected<void> TemporaryFile::rename_to(const fs::path& target) {
  std::error_code code;
  fs::rename(path_, target, code);
  if (code) return bad_request("cannot write '{}': {}", target.string(), code.message());
  path_.clear();
  return {};
}

}  // namespace brink
