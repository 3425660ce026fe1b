#include "brink/cluster/hands.h"

namespace brink {

Hands::Hands(int threads, const Crew::Work& work) : work_(work) {
  for (int t = 0; t < threads; ++t) threads_.emplace_back([this] { run(); });
}

Hands::~Hands() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  given_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Hands::give(int piece) {
  ++busy_;
  {
    const std::lock_guard lock(mutex_);
    todo_.push_back(piece);
  }
  given_.notify_one();
}

std::optional<Hands::Done> Hands::collect() {
  const std::lock_guard lock(mutex_);
  if (thrown_) std::rethrow_exception(thrown_);
  if (done_.empty()) return std::nullopt;
  Done first = std::move(done_.front());
  done_.pop_front();
  --busy_;
  return first;
}

void Hands::wait(std::chrono::microseconds most) {
  std::unique_lock lock(mutex_);
  finished_.wait_for(lock, most, [this] { return !done_.empty() || thrown_ != nullptr; });
}

void Hands::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    given_.wait(lock, [this] { return closing_ || !todo_.empty(); });
    if (closing_) return;
    const int piece = todo_.front();
    todo_.pop_front();
    lock.unlock();
    Done done{piece, std::nullopt};
    std::exception_ptr thrown;
    try {
      done.result = work_(piece);
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    if (thrown && !thrown_) thrown_ = thrown;
    done_.push_back(std::move(done));
    finished_.notify_one();
  }
}

}  // namespace brink
