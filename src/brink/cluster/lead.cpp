// One run from the leader's side. Handing out goes before keeping: while a result is written, and
// there may be many waiting, nobody waits for work.
#include <deque>

#include "brink/cluster/cluster_crew.h"
#include "brink/cluster/hands.h"
#include "brink/cluster/piece_queue.h"
#include "cluster_messages.h"
#include "pause.h"

namespace brink {

using namespace cluster;

namespace {

/// A rank is also told that the leader lives, so that it does not work on for nobody.
constexpr double kSecondsBetweenLeadBeats = 10;
constexpr double kSecondsBetweenLooks = 0.5;

}  // namespace

struct ClusterCrew::Lead {
  ClusterCrew& crew;
  PieceQueue queue;
  Hands hands;
  std::vector<int> free;                 ///< threads, by rank
  std::vector<Clock::time_point> heard;  ///< by rank
  std::deque<Hands::Done> to_keep;
  Expected<void> outcome;
  Clock::time_point last_beat = Clock::now(), last_look = last_beat;

  Lead(ClusterCrew& crew_, int count, int threads, const Work& work)
      : crew(crew_),
        queue(count),
        hands(threads, work),
        free(crew_.gone_.size(), 0),
        heard(crew_.gone_.size(), Clock::now()) {
    free[0] = threads;
  }

  /// Work for the free threads of a rank.
  void hand_out(int rank) {
    int& idle = free[static_cast<std::size_t>(rank)];
    while (idle > 0) {
      const auto next = queue.next(rank);
      if (!next) return;
      --idle;
      if (rank == 0) {
        hands.give(*next);
      } else {
        crew.link_.send(rank, piece, pack(Note{crew.epoch_, *next, true, {}}));
      }
    }
  }

  void take(int rank, Hands::Done done) {
    ++free[static_cast<std::size_t>(rank)];
    if (!done.result) {
      end_with(interrupted());
    } else if (queue.finish(done.piece)) {
      to_keep.push_back(std::move(done));
    }
    hand_out(rank);
  }

  void end_with(Expected<void> why) {
    if (outcome) outcome = std::move(why);
  }

  void hear(const Message& message) {
    const auto rank = static_cast<std::size_t>(message.from);
    heard[rank] = Clock::now();
    crew.lost_[rank] = false;
    if (message.tag == left) {
      crew.note_left(message.from, message.bytes);
      lose(message.from);
      return;
    }
    Note note = unpack_note(message.bytes);
    if (note.epoch != crew.epoch_) return;
    if (message.tag == ask) {
      free[rank] = note.number;
      hand_out(message.from);
    } else if (message.tag == result) {
      Hands::Done done{note.number, std::nullopt};
      if (note.good) done.result = std::move(note.bytes);
      take(message.from, std::move(done));
    } else if (message.tag == stop) {
      end_with(interrupted());
    }
  }

  /// What a rank had goes to the others.
  void lose(int rank) {
    free[static_cast<std::size_t>(rank)] = 0;
    if (!queue.lose(rank)) return;
    for (std::size_t other = 0; other < free.size(); ++other) hand_out(static_cast<int>(other));
  }

  /// Ranks that owe a result and say nothing.
  void watch() {
    if (!crew.silent(last_look, kSecondsBetweenLooks)) return;
    last_look = Clock::now();
    for (int rank = 1; rank < crew.link_.size(); ++rank) {
      const auto r = static_cast<std::size_t>(rank);
      if (!queue.holds(rank) || !crew.silent(heard[r], crew.options_.silence)) continue;
      crew.lost_[r] = true;
      if (crew.options_.on_note) {
        crew.options_.on_note(
            fmt::format("rank {} is silent: what it had is handed out again", rank));
      }
      lose(rank);
    }
    if (crew.silent(last_beat, kSecondsBetweenLeadBeats)) {
      crew.send_to_all(beat, "");
      last_beat = Clock::now();
    }
  }
};

Expected<void> ClusterCrew::lead(int count, int threads, const Work& work, const Keep& keep) {
  Lead run(*this, count, threads, work);
  Pause pause;
  run.hand_out(0);
  while (run.outcome && !(run.queue.finished() && run.to_keep.empty())) {
    bool quiet = true;
    while (auto message = link_.receive()) {
      quiet = false;
      run.hear(*message);
    }
    while (auto done = run.hands.collect()) {
      quiet = false;
      run.take(0, std::move(*done));
    }
    if (run.outcome && !run.to_keep.empty()) {
      quiet = false;
      Hands::Done done = std::move(run.to_keep.front());
      run.to_keep.pop_front();
      run.end_with(keep(done.piece, std::move(*done.result)));
    }
    if (interrupt_) run.end_with(interrupted());
    run.watch();
    if (quiet) run.hands.wait(pause.next());
    if (!quiet) pause.reset();
  }
  // What is done is kept even so; a store that fails is not asked again.
  const bool kept_so_far = run.outcome || run.outcome.error().kind == Error::Kind::interrupted;
  while (kept_so_far && !run.to_keep.empty()) {
    (void)keep(run.to_keep.front().piece, std::move(*run.to_keep.front().result));
    run.to_keep.pop_front();
  }
  if (!run.outcome) interrupt_ = true;  // ends what the hands do
  send_to_all(finish, pack(run.outcome.map([] { return std::string(); })));
  return run.outcome;
}

}  // namespace brink
