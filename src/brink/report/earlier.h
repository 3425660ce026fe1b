// What stands where results are to go, or beside each other: of which question is it?
//
// A finished table is never lost to another question by accident, and pictures of one question are
// never shown under the captions of another.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink {

/// What an earlier run left in a file.
struct Earlier {
  bool ours = false;  ///< results of brink; anything else is replaced, as always
  std::vector<std::string>
      questions;  ///< their hashes, each once; empty: an older brink wrote them
};

/// A table with these leading columns and, unless an older brink wrote it, `question`.
Earlier earlier_table(const std::filesystem::path& csv, const std::string& leading_columns);
/// The images of `brink closest` or `brink visualize`.
Earlier earlier_images(const std::filesystem::path& npz);

/// An error, if `earlier` in `path` is of other questions than these.
Expected<void> check_replaces(const std::filesystem::path& path, const Earlier& earlier,
                              const std::vector<std::string>& questions);

}  // namespace brink
