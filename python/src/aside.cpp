#include "aside.h"

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <thread>

namespace brink::python {

namespace {

constexpr std::chrono::milliseconds kMoment{50};

nb::tuple tuple_of(const News& news) {
  const search::Beat& beat = news.beat;
  const nb::object distance = std::isinf(beat.distance) ? nb::none() : nb::cast(beat.distance);
  return nb::make_tuple(news.row, news.finished, distance, beat.bound, beat.nodes, beat.open,
                        beat.seconds);
}

}  // namespace

void Call::tell(const News& news) {
  const std::lock_guard lock(mutex_);
  for (News& known : news_) {
    if (known.row != news.row || known.finished) continue;
    known = news;
    return;
  }
  news_.push_back(news);
}

void Call::look(const nb::object& listener) {
  if (PyErr_CheckSignals() != 0) {
    interrupt_ = true;
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) != 0) {
      PyErr_Clear();
    } else {
      raised_.emplace();
    }
  }
  std::vector<News> news;
  {
    const std::lock_guard lock(mutex_);
    news.swap(news_);
  }
  if (news.empty() || listener.is_none() || raised_) return;
  try {
    nb::list list;
    for (const News& each : news) list.append(tuple_of(each));
    if (listener(list).is(nb::bool_(false))) interrupt_ = true;
  } catch (nb::python_error& error) {
    interrupt_ = true;
    raised_.emplace(std::move(error));
  }
}

void Call::run(const nb::object& listener, const std::function<void()>& work) {
  std::exception_ptr failed;
  {
    const nb::gil_scoped_release release;
    std::mutex mutex;
    std::condition_variable ended;
    bool done = false;
    std::thread thread([&] {
      try {
        work();
      } catch (...) {
        failed = std::current_exception();
      }
      const std::lock_guard lock(mutex);
      done = true;
      ended.notify_one();
    });
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, kMoment, [&] { return done; })) {
      lock.unlock();
      {
        const nb::gil_scoped_acquire acquire;
        look(listener);
      }
      lock.lock();
    }
    lock.unlock();
    thread.join();
  }
  look(listener);
  if (raised_) throw std::move(*raised_);
  if (failed) std::rethrow_exception(failed);
}

}  // namespace brink::python
