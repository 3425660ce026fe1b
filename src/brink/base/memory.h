// How much memory this process holds.
#pragma once

#include <cstddef>

namespace brink {

/// Resident bytes; 0 where the system does not say.
std::size_t resident_bytes();

}  // namespace brink
