// What a bounds file says of itself.
#pragma once

#include <filesystem>

namespace brink {

/// Reading it then refuses what was changed since. Files of earlier versions carry none.
bool carries_checksum(const std::filesystem::path& bounds_file);

}  // namespace brink
