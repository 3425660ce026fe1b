#include "brink/search/parameters.h"

#include <charconv>
#include <cmath>
#include <string>
#include <type_traits>

#include "brink/base/near_word.h"

namespace brink::search {

namespace {

/// Sets the constant of that name.
void assign(Parameters& to, std::string_view name, double value) {
#define PARAMETER(type, constant, otherwise, least, most, meaning, tried) \
  if (name == #constant) to.constant = static_cast<type>(value);
#include "brink/search/parameters.def"
#undef PARAMETER
}

Expected<void> set_one(Parameters& to, std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string_view name = text.substr(0, equals);
  const ParameterEntry* entry = nullptr;
  std::vector<std::string> names;
  for (const ParameterEntry& known : parameter_table()) {
    if (known.name == name) entry = &known;
    names.emplace_back(known.name);
  }
  if (entry == nullptr) {
    return bad_request("--search: '{}' is no constant; --help-search lists them{}", name,
                       did_you_mean(name, names));
  }
  const std::string_view number = text.substr(std::min(equals + 1, text.size()));
  double value = 0;
  const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool is_number = code == std::errc() && end == number.data() + number.size();
  if (!is_number || !(value >= entry->least && value <= entry->most) ||
      (entry->whole && value != std::floor(value))) {
    return bad_request("--search {}: '{}' is no{} number from {} to {}", name, number,
                       entry->whole ? " whole" : "", entry->least, entry->most);
  }
  assign(to, name, value);
  return {};
}

}  // namespace

const std::vector<ParameterEntry>& parameter_table() {
  static const std::vector<ParameterEntry> table = {
#define PARAMETER(type, name, value, least, most, meaning, tried) \
  {#name, static_cast<double>(value), least, most, std::is_integral_v<type>, meaning, tried},
#include "brink/search/parameters.def"
#undef PARAMETER
  };
  return table;
}

Expected<void> set_parameters(std::string_view text) {
  Parameters changed = parameters();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (auto ok = set_one(changed, text.substr(at, comma - at)); !ok) return ok;
    at = comma + 1;
  }
  detail::current = changed;
  return {};
}

}  // namespace brink::search
