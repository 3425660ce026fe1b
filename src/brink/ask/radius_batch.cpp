// An image's search ends by a flag of its own, once enough is known of it. The user's flag is
// handed on to all of these.
#include "brink/ask/radius_batch.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "brink/base/parallel.h"

namespace brink {

namespace {

/// Raises `flags` soon after `interrupt` is, as long as it lives.
class Relay {
 public:
  Relay(const std::atomic<bool>* interrupt, std::vector<std::atomic<bool>>& flags) {
    if (interrupt == nullptr) return;
    thread_ = std::thread([this, interrupt, &flags] {
      constexpr std::chrono::milliseconds kMoment{20};
      std::unique_lock lock(mutex_);
      while (!ended_.wait_for(lock, kMoment, [this] { return end_; })) {
        if (!*interrupt) continue;
        for (auto& flag : flags) flag = true;
        return;
      }
    });
  }
  ~Relay() {
    {
      const std::lock_guard lock(mutex_);
      end_ = true;
    }
    ended_.notify_one();
    if (thread_.joinable()) thread_.join();
  }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace

Expected<std::vector<RadiusRow>> robust_within(const RadiusBatch& batch,
                                               const std::vector<int>& images, int threads,
                                               const RadiusHooks& hooks,
                                               const std::atomic<bool>* interrupt) {
  const int count = static_cast<int>(images.size());
  std::vector<RadiusRow> rows(images.size());
  std::vector<std::optional<Error>> errors(images.size());
  std::vector<std::atomic<bool>> enough(images.size());
  SpareThreads spare(threads, count);
  const Relay relay(interrupt, enough);
  const auto stopped = [&] { return interrupt != nullptr && *interrupt; };
  parallel_for(count, threads, [&](int i) {
    const auto at = static_cast<std::size_t>(i);
    RadiusRow& row = rows[at];
    row.image = images[at];
    row.label = batch.set->labels[static_cast<std::size_t>(row.image)];
    row.stopped = stopped();
    if (row.stopped) return;
    SearchOptions options = batch.search;
    options.spare = &spare;
    if (hooks.before) hooks.before(row.image, options);
    if (options.certificate) options.certificate->radius = batch.radius;
    const SpareThreads::Piece piece(spare, 1);
    auto result = robust_within(*batch.network, batch.question, batch.set->image(row.image),
                                row.label, batch.radius, options, &enough[at], interrupt);
    if (!result) {
      errors[at] = result.error();
      return;
    }
    row.result = std::move(*result);
    row.stopped = stopped() && row.result.robustness == Robustness::unknown;
    if (hooks.after) hooks.after(row);
  });
  for (const auto& error : errors) {
    if (error) return tl::unexpected(*error);
  }
  return rows;
}

}  // namespace brink
