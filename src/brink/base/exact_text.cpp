#include "brink/base/exact_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace brink {

std::string exact_text(double value) {
  constexpr double kWhole = 1e15;
  if (value == std::floor(value) && std::abs(value) < kWhole) {
    return fmt::format("{}", static_cast<std::int64_t>(value));
  }
  return fmt::format("{:a}", value);
}

}  // namespace brink
