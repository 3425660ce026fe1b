// How often a piece occurs in a text.
#pragma once

#include <string>

namespace brink::testing {

inline int count(const std::string& text, const std::string& piece) {
  int n = 0;
  for (std::size_t at = 0; (at = text.find(piece, at)) != std::string::npos; ++at) ++n;
  return n;
}

}  // namespace brink::testing
