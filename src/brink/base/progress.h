// One progress line on stderr, only when stderr is a terminal and the user did not say --quiet.
#pragma once

#include <mutex>
#include <string>

#include "brink/base/deadline.h"

namespace brink {

/// Thread-safe. `Progress p("images", 100); ... p.step(); ... p.finish();`
class Progress {
 public:
  /// `quiet`: print nothing whatever stderr is.
  Progress(std::string what, int total, bool quiet);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// One more piece is done; `note` is appended to the line (e.g. "mean 3.2 s").
  void step(const std::string& note = {});
  /// News of what is being worked on, at most a few times a second.
  void news(const std::string& note);
  /// Clears the line.
  void finish();

 private:
  void print(const std::string& note);

  std::mutex mutex_;
  std::string what_;
  int total_;
  int done_ = 0;
  bool shown_;
  Stopwatch watch_;
  double last_news_ = 0;  ///< seconds
};

}  // namespace brink
