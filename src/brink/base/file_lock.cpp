// flock(2) on a file of its own, which is removed at the end. Whoever waits to lock a file may find
// that its holder has just removed it, so the name must still lead to what was locked.
#include "brink/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "brink/base/destination.h"

namespace brink {

namespace {

bool same_file(int descriptor, const std::filesystem::path& path) {
  struct stat held {
  }, named{};
  return fstat(descriptor, &held) == 0 && stat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

Expected<FileLock> FileLock::take(const std::filesystem::path& path) {
  if (is_stream(path)) return FileLock({}, -1);
  const std::filesystem::path file = followed(path).string() + ".lock";
  for (;;) {
    const int descriptor = open(file.c_str(), O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (descriptor < 0) return FileLock({}, -1);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const bool held = errno == EWOULDBLOCK;
      close(descriptor);
      if (!held) return FileLock({}, -1);
      return bad_request("another run is writing '{}': wait for its end, or choose another -o",
                         path.string());
    }
    if (same_file(descriptor, file)) return FileLock(file, descriptor);
    close(descriptor);
  }
}

FileLock::FileLock(std::filesystem::path file, int descriptor)
    : file_(std::move(file)), descriptor_(descriptor) {}

FileLock::FileLock(FileLock&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ < 0) return;
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
  close(descriptor_);
}

}  // namespace brink
