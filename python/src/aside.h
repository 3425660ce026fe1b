// Long work without the interpreter's lock: it runs on a thread of its own, while the calling
// thread looks every moment whether the user pressed Ctrl-C and hands news on to Python.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "brink/search/statistics.h"
#include "values.h"

namespace brink::python {

/// How far the work is: of an image, or how many pieces are done.
struct News {
  int row = 0;
  bool finished = false;
  search::Beat beat;
};

/// One call from Python.
class Call {
 public:
  /// Raised by Ctrl-C, by an exception in `listener`, and when that returns False.
  const std::atomic<bool>* interrupt() const { return &interrupt_; }
  bool interrupted() const { return interrupt_; }

  /// From any thread. Of an image only the latest is kept until Python has looked.
  void tell(const News& news);

  /// Runs `work` to its end. `listener`: None, or called with a list of tuples (row, finished,
  /// distance or None, bound, nodes, open, seconds). Exceptions of either are thrown on; Ctrl-C
  /// only raises the flag: whoever works returns what is known.
  void run(const nb::object& listener, const std::function<void()>& work);

 private:
  void look(const nb::object& listener);

  std::atomic<bool> interrupt_ = false;
  std::mutex mutex_;
  std::vector<News> news_;
  std::optional<nb::python_error> raised_;
};

}  // namespace brink::python
