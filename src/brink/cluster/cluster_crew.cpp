// The leader's side of a run is lead.cpp; here what is said outside of runs, and the followers'
// side.
#include "brink/cluster/cluster_crew.h"

#include <algorithm>

#include "brink/cluster/hands.h"
#include "cluster_messages.h"
#include "pause.h"

namespace brink {

using namespace cluster;

namespace {

constexpr double kSecondsBetweenBeats = 1;
/// What the leader may take for keeping one result before it counts as dead: a store that another
/// process has locked.
constexpr double kLeaderBusy = 120;

/// For the answers of those that live, when somebody is known to be dead.
constexpr double kPatienceWithTheDead = 1;

tl::unexpected<Error> leader_left() {
  return failure("rank 0 has left");
}

}  // namespace

ClusterCrew::ClusterCrew(Link& link, std::atomic<bool>& interrupt, Options options)
    : link_(link),
      interrupt_(interrupt),
      options_(std::move(options)),
      gone_(static_cast<std::size_t>(link.size()), false),
      lost_(static_cast<std::size_t>(link.size()), false) {}

Expected<void> ClusterCrew::run(int count, int threads, const Work& work, const Keep& keep) {
  ++epoch_;
  return leads() ? lead(count, threads, work, keep) : follow(threads, work);
}

void ClusterCrew::send_to_all(int tag, const std::string& bytes) {
  for (int rank = 1; rank < link_.size(); ++rank) link_.send(rank, tag, bytes);
}

bool ClusterCrew::silent(Clock::time_point since, double seconds) const {
  return Clock::now() - since > std::chrono::duration<double>(seconds);
}

void ClusterCrew::note_left(int rank, const std::string& problem) {
  gone_[static_cast<std::size_t>(rank)] = true;
  if (!problem.empty() && options_.on_note) {
    options_.on_note(fmt::format("rank {} has left: {}", rank, problem));
  }
}

Expected<Message> ClusterCrew::await(int tag) {
  Pause pause;
  for (;;) {
    auto message = link_.receive();
    if (!message) {
      pause.sleep();
      continue;
    }
    if (message->tag == end) {
      ended_ = told_ = true;
      return leader_left();
    }
    if (message->tag == tag) return std::move(*message);
  }
}

Expected<std::string> ClusterCrew::share(Expected<std::string> bytes) {
  if (leads()) {
    send_to_all(shared, pack(bytes));
    return bytes;
  }
  if (ended_) return leader_left();
  const auto message = await(shared);
  if (!message) return tl::unexpected(message.error());
  auto outcome = unpack_outcome(message->bytes);
  told_ = told_ || !outcome;
  return outcome;
}

Expected<void> ClusterCrew::follow(int threads, const Work& work) {
  if (ended_) return leader_left();
  Hands hands(threads, work);
  Pause pause;
  bool stopped = false, heard_of_piece = false;
  Clock::time_point last_beat = Clock::now(), last_word = last_beat;
  link_.send(0, ask, pack(Note{epoch_, threads, true, {}}));
  for (;;) {
    bool quiet = true;
    while (auto message = link_.receive()) {
      quiet = false;
      last_word = Clock::now();
      if (message->tag == piece) {
        hands.give(unpack_note(message->bytes).number);
        heard_of_piece = true;
      } else if (message->tag == finish || message->tag == end) {
        auto outcome = message->tag == end ? leader_left() : unpack_outcome(message->bytes);
        ended_ = ended_ || message->tag == end;
        if (outcome) return {};
        told_ = true;
        interrupt_ = true;  // ends what the hands do
        return tl::unexpected(outcome.error());
      }
    }
    while (auto done = hands.collect()) {
      quiet = false;
      stopped = stopped || !done->result;
      link_.send(0, result,
                 pack(Note{epoch_, done->piece, done->result.has_value(),
                           std::move(done->result).value_or("")}));
    }
    if (interrupt_ && !stopped) link_.send(0, stop, pack(Note{epoch_, 0, true, {}}));
    stopped = stopped || interrupt_;
    if (silent(last_beat, kSecondsBetweenBeats)) {
      link_.send(0, beat, pack(Note{epoch_, 0, true, {}}));
      last_beat = Clock::now();
    }
    if (heard_of_piece && silent(last_word, options_.silence + kLeaderBusy)) {
      interrupt_ = ended_ = leader_lost_ = true;
      return failure("rank 0 is silent");
    }
    if (quiet) hands.wait(pause.next());
    if (!quiet) pause.reset();
  }
}

bool ClusterCrew::leave(const std::string& problem) {
  return leads() ? leave_last(problem) : leave_first(problem);
}

bool ClusterCrew::leave_first(const std::string& problem) {
  link_.send(0, left, told_ ? std::string() : problem);
  if (!ended_) (void)await(end);
  const Clock::time_point since = Clock::now();
  Pause pause;
  while (!silent(since, options_.silence)) {
    const auto message = link_.receive();
    if (message && message->tag == farewell) return unpack_note(message->bytes).good;
    if (!message) pause.sleep();
  }
  return false;
}

bool ClusterCrew::leave_last(const std::string& problem) {
  const bool any_lost = std::find(lost_.begin(), lost_.end(), true) != lost_.end();
  const double patience = any_lost ? kPatienceWithTheDead : options_.silence;
  const Clock::time_point since = Clock::now();
  Pause pause;
  gone_[0] = true;
  send_to_all(end, "");
  const auto all_gone = [this] {
    return std::find(gone_.begin(), gone_.end(), false) == gone_.end();
  };
  while (!all_gone() && !silent(since, patience)) {
    const auto message = link_.receive();
    if (!message) {
      pause.sleep();
    } else if (message->tag == left) {
      note_left(message->from, problem.empty() ? message->bytes : "");
    }
  }
  const bool good = all_gone();
  send_to_all(farewell, pack(Note{epoch_, 0, good, {}}));
  // Even one that will never be received must not keep this process.
  const Clock::time_point last = Clock::now();
  while (!link_.sent() && !silent(last, kPatienceWithTheDead)) pause.sleep();
  return good;
}

}  // namespace brink
