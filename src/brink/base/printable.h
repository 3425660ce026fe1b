// Text of any bytes, for a terminal or a line of a log.
#pragma once

#include <string>
#include <string_view>

namespace brink {

/// `text` with escapes (\n, \x1b) for control characters, for what turns the direction of writing,
/// and for bytes that are no UTF-8.
std::string printable(std::string_view text);

}  // namespace brink
