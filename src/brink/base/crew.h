// Who does independent pieces of work: the threads of this process, or the processes of a cluster.
//
// A command says what the pieces are and what to do with each result; a crew decides where each is
// done. Results travel as bytes, so that the same command runs on one machine and on many. All
// processes of a crew run the same command: the leader alone reads stores and writes files, the
// others come to `run` with the same pieces and go on when all of them are done.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "brink/base/error.h"

namespace brink {

class Crew {
 public:
  /// Does piece i; nothing: it was interrupted.
  using Work = std::function<std::optional<std::string>(int i)>;
  /// Takes the result of piece i; calls never overlap. An error ends the run.
  using Keep = std::function<Expected<void>(int i, std::string result)>;

  virtual ~Crew() = default;

  /// Calls `work(i)` once for each i of [0, count), somewhere, on at most `threads` threads of each
  /// process, and `keep` in the leader. `count` counts in the leader; the others are told. In every
  /// process the same outcome: the error of `keep` if there was one, interrupted if a piece is not
  /// done.
  virtual Expected<void> run(int count, int threads, const Work& work, const Keep& keep) = 0;

  /// Is this the process that reads stores and writes files?
  virtual bool leads() const = 0;
  virtual int processes() const = 0;
  /// What the leader alone does; its outcome in every process.
  Expected<void> lead(const std::function<Expected<void>()>& work);
  /// The leader's bytes, or its error, in every process.
  virtual Expected<std::string> share(Expected<std::string> bytes) = 0;
};

/// The threads of this process; stops handing out pieces when `interrupt` is raised.
class ThreadCrew final : public Crew {
 public:
  explicit ThreadCrew(const std::atomic<bool>* interrupt = nullptr) : interrupt_(interrupt) {}
  Expected<void> run(int count, int threads, const Work& work, const Keep& keep) override;
  bool leads() const override { return true; }
  int processes() const override { return 1; }
  Expected<std::string> share(Expected<std::string> bytes) override { return bytes; }

 private:
  const std::atomic<bool>* interrupt_;
};

}  // namespace brink
