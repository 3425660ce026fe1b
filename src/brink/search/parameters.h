// The search's constants in one table (parameters.def), which help, documentation and sweeps read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "brink/base/error.h"

namespace brink::search {

struct Parameters {
#define PARAMETER(type, name, value, least, most, meaning, tried) type name = value;
#include "brink/search/parameters.def"
#undef PARAMETER
};

struct ParameterEntry {
  const char* name;
  double value;  ///< by default
  double least, most;
  bool whole;           ///< a whole number
  const char* meaning;  ///< with the unit
  const char* tried;    ///< and dropped; empty: nothing
};

/// In the order of a search.
const std::vector<ParameterEntry>& parameter_table();

namespace detail {
inline Parameters current;
}

inline const Parameters& parameters() {
  return detail::current;
}

/// "name=value,name=value", before any search begins. Errors: what is no such constant, no number
/// or out of its range.
Expected<void> set_parameters(std::string_view text);

}  // namespace brink::search
