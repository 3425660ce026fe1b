// One run at a time per output.
#pragma once

#include <filesystem>

#include "brink/base/error.h"

namespace brink {

/// Holds PATH.lock while it lives, of a stream nothing. The kernel frees it when the process dies
/// in whatever way.
class FileLock {
 public:
  /// Error (bad_request): another process holds it. Where files cannot be locked or created nothing
  /// is held: whoever writes there says what is wrong.
  static Expected<FileLock> take(const std::filesystem::path& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  FileLock(std::filesystem::path file, int descriptor);

  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace brink
