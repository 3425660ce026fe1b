#include "crew.h"

namespace check {

Crew::Crew(int threads) : threads_(static_cast<std::size_t>(threads)) {
  for (int t = 1; t < threads; ++t) others_.emplace_back([this] { work(false); });
}

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  for (std::thread& other : others_) other.join();
}

void Crew::add(long line, std::function<Tally()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (failures_.empty()) waiting_.push_back({line, std::move(work)});
  }
  changed_.notify_all();
}

bool Crew::hungry() {
  if (threads_ == 1) return false;
  const std::lock_guard lock(mutex_);
  return waiting_.size() < 2 * threads_;
}

/// Until there is nothing left and nobody who could add to it; or until it is over.
void Crew::work(bool until_done) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock,
                  [&] { return over_ || !waiting_.empty() || (until_done && running_ == 0); });
    if (over_ || waiting_.empty()) return;
    const Work next = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
    lock.unlock();
    Tally some;
    std::exception_ptr failure;
    try {
      some = next.run();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --running_;
    tally_.add(some);
    if (failure) {
      failures_.emplace(next.line, failure);
      waiting_.clear();
    }
    changed_.notify_all();
  }
}

Tally Crew::finish() {
  work(true);
  const std::lock_guard lock(mutex_);
  if (!failures_.empty()) std::rethrow_exception(failures_.begin()->second);
  return tally_;
}

Subtrees subtrees(Lines lines, std::size_t least, std::size_t most) {
  struct Frame {
    char kind;
    const char* begin;  ///< of the node that is divided, or that the lemma stands in
    long line;
    bool second = false;
  };
  Subtrees found;
  std::vector<Frame> frames;
  const char* begin = lines.place();
  long line = lines.number();
  while (!lines.ended()) {
    const char kind = *lines.place();
    if (!lines.skip()) break;
    if (kind == 'r') {  // a region
      frames.clear();
      begin = lines.place();
      line = lines.number();
    }
    if (kind == 't' || kind == 's' || kind == 'x' || kind == 'p') {
      frames.push_back({kind, begin, line});
      begin = lines.place();
      line = lines.number();
    }
    bool closed = kind == 'c' || kind == 'i';
    while (closed && !frames.empty()) {
      const auto size = static_cast<std::size_t>(lines.place() - begin);
      if (size >= least && size <= most) found[begin] = {lines.place(), lines.number() - line};
      Frame& frame = frames.back();
      closed = frame.kind != 't' && frame.second;
      if (frame.kind != 't' && !frame.second) {
        frame.second = true;
        begin = lines.place();
        line = lines.number();
      } else {
        begin = frame.begin;
        line = frame.line;
        frames.pop_back();
      }
    }
  }
  return found;
}

}  // namespace check
