// A signal may come just before a call that blocks, and to another thread: hence no call blocks for
// longer than a moment, and the flag is looked at in between.
#include "brink/base/interrupt.h"

#include <poll.h>

namespace brink {

std::atomic<bool>& interrupt_flag() {
  static std::atomic<bool> flag = false;
  return flag;
}

bool wait_for(int descriptor, short events) {
  constexpr int kMoment = 50;  // milliseconds
  for (;;) {
    pollfd waiting{descriptor, events, 0};
    if (poll(&waiting, 1, kMoment) > 0) return true;
    if (interrupt_flag()) return false;
    if (descriptor < 0) return true;
  }
}

}  // namespace brink
