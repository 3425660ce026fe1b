// Numbers by which a run of the oracle is asked for other cases, or more of them.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace brink::oracle {

inline std::int64_t from_environment(const char* variable, std::int64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoll(text, nullptr, 10);
}

}  // namespace brink::oracle
