// Work that several threads share: the sections of a proof, and subtrees of them.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "exact.h"

namespace check {

struct Tally {
  long leaves = 0, empty = 0, splits = 0, lemmas = 0;
  void add(const Tally& some) {
    leaves += some.leaves;
    empty += some.empty;
    splits += some.splits;
    lemmas += some.lemmas;
  }
};

class Crew {
 public:
  /// `threads`: with the one that calls finish().
  explicit Crew(int threads);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// `line`: where the work begins in the file; of several failures the first counts.
  void add(long line, std::function<Tally()> work);
  /// Is there somebody who will soon have nothing to do?
  bool hungry();
  /// Until all is done; throws the failure.
  Tally finish();

 private:
  struct Work {
    long line;
    std::function<Tally()> run;
  };
  void work(bool until_done);

  std::size_t threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  std::size_t running_ = 0;
  bool over_ = false;
  Tally tally_;
  std::map<long, std::exception_ptr> failures_;
  std::vector<std::thread> others_;
};

/// Nodes of a section's tree that are worth being read apart, by where they begin. What is guessed
/// here need not be right: whoever reads one has to find exactly one node, closed at its end.
struct Subtree {
  const char* end;
  long lines;
};
using Subtrees = std::unordered_map<const char*, Subtree>;
Subtrees subtrees(Lines lines, std::size_t least, std::size_t most);

}  // namespace check
