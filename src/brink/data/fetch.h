// Downloading the published data sets, and the proof that what came is what was published.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink {

/// A file as it was published. Empty sums are not checked.
struct RemoteFile {
  std::string name;  ///< on the server, and in the folder
  std::uint64_t size = 0;
  std::string md5;     ///< as published by the authors
  std::string sha256;  ///< of a copy whose MD5 is the published one
};

struct RemoteSet {
  std::string name;      ///< as in `brink data fetch NAME`
  std::string base_url;  ///< ends in '/'
  std::vector<RemoteFile> files;
};

/// mnist and fashion-mnist.
const std::vector<RemoteSet>& remote_sets();

/// One of remote_sets(); the error lists their names.
Expected<RemoteSet> find_remote_set(const std::string& name);

struct FetchOptions {
  int stall_seconds = 30;  ///< give up when nothing comes for so long
  const std::atomic<bool>* interrupt = nullptr;
  std::function<void(const std::string&)> note;  ///< one line per file; may be empty
};

/// Gets every file of `set` that is not already in `folder` with the right sums. Creates the
/// folder. A file appears under its name only once its size and sums are right. Errors: a server
/// that does not answer is a failure; a missing file (404), wrong size or wrong sum a bad request
/// that names the address.
Expected<void> fetch(const RemoteSet& set, const std::filesystem::path& folder,
                     const FetchOptions& options);

}  // namespace brink
