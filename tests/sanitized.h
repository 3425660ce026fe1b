// What a sanitizer build, ten times as slow and more, is not held to: the clock.
#pragma once

namespace brink::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// Seconds within which something must have ended: there, only to see what hangs.
constexpr double in_time(double seconds) {
  return kSanitized ? 600 : seconds;
}

}  // namespace brink::testing
