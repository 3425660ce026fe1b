// Whole files in, whole files out. A file appears under its name only when it is complete.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink {

/// The bytes of `path`; the error names the path and the system's reason.
Expected<std::string> read_file(const std::filesystem::path& path);

/// Writes to a temporary neighbour and renames it; on failure `path` is left as it was.
Expected<void> write_file(const std::filesystem::path& path, const std::string& bytes);

/// Checks early that `path` can be created or replaced, so that long work does not end in an
/// unwritable output; leaves nothing behind.
Expected<void> check_writable(const std::filesystem::path& path);

/// check_writable() of all outputs; and none of them may be another, one of the files that are read
/// or kept, or a results store: it would be lost. Empty paths are passed over.
Expected<void> check_outputs(const std::vector<std::filesystem::path>& outputs,
                             const std::vector<std::filesystem::path>& kept);

}  // namespace brink
