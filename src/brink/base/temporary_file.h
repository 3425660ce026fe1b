// A file while it is written, beside the one that it will become.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "brink/base/error.h"

namespace brink {

/// NAME.brink-<16 random digits>.tmp, made anew and never through a link; removed at the end of its
/// life unless it was renamed. Its maker holds a lock on it, hence one without a lock is what a
/// killed run left: the first file made in a folder sweeps such.
class TemporaryFile {
 public:
  /// `mode`: of the file, before the umask.
  static Expected<TemporaryFile> beside(const std::filesystem::path& target, mode_t mode = 0666);

  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile();

  int descriptor() const { return descriptor_; }
  Expected<void> rename_to(const std::filesystem::path& target);

 private:
  TemporaryFile(std::filesystem::path path, int descriptor);

  std::filesystem::path path_;  ///< empty: renamed
  int descriptor_ = -1;
};

}  // namespace brink
