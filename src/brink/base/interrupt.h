// The one flag that a signal raises: long work and whoever waits look at it.
#pragma once

#include <atomic>

#include "brink/base/error.h"

namespace brink {

/// Raised by SIGINT and SIGTERM, and by a crew that ends early.
std::atomic<bool>& interrupt_flag();

/// Waits until `descriptor` is ready for `events` of poll(2). False: it is not, and the flag is
/// raised. A negative descriptor is ready after a moment.
bool wait_for(int descriptor, short events);

}  // namespace brink
