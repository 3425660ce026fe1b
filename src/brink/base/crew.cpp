#include "brink/base/crew.h"

#include <mutex>

#include "brink/base/parallel.h"

namespace brink {

Expected<void> Crew::lead(const std::function<Expected<void>()>& work) {
  Expected<std::string> outcome;
  if (leads()) outcome = work().map([] { return std::string(); });
  return share(std::move(outcome)).map([](const std::string&) {});
}

Expected<void> ThreadCrew::run(int count, int threads, const Work& work, const Keep& keep) {
  std::mutex mutex;
  Expected<void> outcome;
  std::atomic<bool> failed = false;
  std::atomic<int> done = 0;
  parallel_for(count, threads, [&](int i) {
    if (failed || (interrupt_ != nullptr && *interrupt_)) return;
    std::optional<std::string> result = work(i);
    if (!result) return;
    const std::lock_guard lock(mutex);
    if (!outcome) return;
    outcome = keep(i, std::move(*result));
    if (!outcome) failed = true;
    ++done;
  });
  if (outcome && done < count) return interrupted();
  return outcome;
}

}  // namespace brink
