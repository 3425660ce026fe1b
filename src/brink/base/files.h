// Whole files in, whole files out. A file appears under its name only when it is complete.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink {

/// The bytes of `path`, all of them; the error names the path and the system's reason. A pipe is
/// waited for until the interrupt flag is raised.
Expected<std::string> read_file(const std::filesystem::path& path);

/// Writes to a temporary neighbour and renames it; on failure `path` is left as it was. Links are
/// followed and a file that was there keeps its mode; a pipe or "-" is written into. What is
/// neither a file nor a pipe is an error (bad_request), as in the checks below.
Expected<void> write_file(const std::filesystem::path& path, const std::string& bytes);

/// Checks early that `path` can be created or replaced, so that long work does not end in an
/// unwritable output; leaves nothing behind.
Expected<void> check_writable(const std::filesystem::path& path);

/// The same of a folder for files, which may have to be made, with those above it.
Expected<void> check_folder(const std::filesystem::path& folder);

/// check_writable() of all outputs; and none of them may be another, one of the files that are read
/// or kept, or a results store: it would be lost. Empty paths are passed over.
Expected<void> check_outputs(const std::vector<std::filesystem::path>& outputs,
                             const std::vector<std::filesystem::path>& kept);

}  // namespace brink
