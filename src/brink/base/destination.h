// Where what is written under a name ends up: a file that is made or replaced, or a stream.
#pragma once

#include <filesystem>

#include "brink/base/error.h"

namespace brink {

struct Destination {
  std::filesystem::path path;  ///< symbolic links followed; of a stream: as it was named
  bool stream = false;         ///< a pipe, or what is open already
  int descriptor = -1;         ///< what is open already: of "-", /dev/stdout, /dev/fd/N
};

/// "-" and /dev/stdout are the standard output. Errors (bad_request): folders, devices, sockets.
Expected<Destination> destination(const std::filesystem::path& path);

/// There is no place for other files beside what is written there.
bool is_stream(const std::filesystem::path& path);
bool is_standard_output(const std::filesystem::path& path);
/// `path` with links followed where it names a file, else as it is: names of files beside it.
std::filesystem::path followed(const std::filesystem::path& path);

/// From now on what is printed goes to stderr; "-" and /dev/stdout still name the standard output.
Expected<void> divert_prints();

/// All of `bytes`, waiting for pipes no longer than until an interrupt. `name`: of the error.
Expected<void> write_all(int descriptor, const std::string& bytes, const std::string& name);
/// The descriptor of the pipe `path`, once somebody reads it; the caller's to close.
Expected<int> open_pipe(const std::filesystem::path& path);

}  // namespace brink
