// Seeds of cases that once went wrong; they run before any others.
//
// A seed stands for what draw_case makes of it: whoever changes draw_case looks for the same
// trouble again (each line says what it was) or keeps the old draw under another name.
#pragma once

#include <cstdint>

namespace brink::oracle {

struct KeptCase {
  std::uint64_t seed;
  const char* trouble;
};

inline constexpr KeptCase kKeptCases[] = {
    {0, "the first case ever drawn"},
};

}  // namespace brink::oracle
