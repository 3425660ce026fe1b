// A word that is none of those known, and the one it was meant for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "brink/base/error.h"

namespace brink {

/// "; did you mean A?" (or "A or B?") where a few of `known` are near to `typed`; otherwise empty.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& known);

/// "unknown WHAT 'TYPED': use A, B or C", with the near one last.
tl::unexpected<Error> unknown_word(std::string_view what, std::string_view typed,
                                   const std::vector<std::string>& known);

/// "A, B or C".
std::string either_of(const std::vector<std::string>& words);

}  // namespace brink
