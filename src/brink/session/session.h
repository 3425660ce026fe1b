// The one way to ask many questions: of images, of radii, of pairs of
// networks, of units, of bounds.
//
// What was answered before is not asked again, what is answered now is kept at once; the pieces are
// shared out among threads, as memory allows, or among the processes of a cluster. Commands and
// other callers say what is asked and where answers go besides the store. Every process of a crew
// calls the same functions in the same order; errors are the same in all of them.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "brink/ask/closest_batch.h"
#include "brink/ask/compare_batch.h"
#include "brink/ask/radius_batch.h"
#include "brink/ask/unit_batch.h"
#include "brink/session/questions.h"
#include "brink/store/store.h"

namespace brink {

/// Refers to what the caller holds, as the structs below.
struct ClosestAsked {
  const NamedNetwork& network;
  const ClosestQuestion& question;
  const Engine& engine;
  const NamedImages& named;
  const std::vector<int>& images;  ///< to be asked once each, however often they are named
  const Bounds* bounds = nullptr;  ///< of the MIP engine
};

/// Right within a radius?
struct RadiusAsked {
  const NamedNetwork& network;
  const ClosestQuestion& question;
  double radius = 0;
  const Engine& engine;  ///< the search, without a gap
  const NamedImages& named;
  const std::vector<int>& images;
};

/// How far apart around each image?
struct CompareAsked {
  const NamedNetwork& network;
  const NamedNetwork& second;
  const CompareQuestion& question;  ///< its box is of all images
  double radius = 0;
  const Engine& engine;  ///< its limit and seed
  const NamedImages& named;
  const std::vector<int>& images;
};

struct UnitsAsked {
  const NamedNetwork& network;
  const Bounds& bounds;  ///< whose box is searched
  const Engine& engine;
  const std::vector<Unit>& units;
  bool least = false;  ///< the least pre-activation
};

struct BoundsAsked {
  const NamedNetwork& network;
  const Box& box;
  std::string box_text;  ///< as typed
  BoundRequest request;
  std::string solver = "search";
  double time_limit = std::numeric_limits<double>::infinity();
};

/// Where answers go besides the store, in the leader. All may be empty.
template <class Key, class... Answer>
struct Sink {
  std::function<bool(const Key&)> has;  ///< it has the answer from before
  std::function<Expected<void>(const Answer&...)>
      keep;                             ///< those that the store has, then new ones
  std::function<void(int left)> begin;  ///< before the first new one: how many there will be
};
struct ClosestSink : Sink<int, ClosestRow> {
  BatchHooks hooks;  ///< in the process that answers
};
struct RadiusSink : Sink<int, RadiusRow> {
  RadiusHooks hooks;
};
struct CompareSink : Sink<int, CompareRow> {};
struct UnitSink : Sink<Unit, Unit, Excitation> {
  StoppedUnit stopped;
};

/// A file that remembers bounds, in place of a store; empty: nothing does.
struct BoundsMemory {
  std::optional<Bounds> known;
  bool complete = false;  ///< `known` is all that was asked
  std::function<Expected<void>(const Bounds&, bool complete)> save;
};

class Session {
 public:
  /// `crew` and `interrupt` outlive the session.
  Session(Crew& crew, int threads, const std::atomic<bool>* interrupt)
      : crew_(&crew), threads_(threads), interrupt_(interrupt) {}

  /// Opens the leader's store, in which a run of `command` begins.
  Expected<void> keep_in(const std::function<Expected<Store>()>& open, const std::string& command);
  /// Bytes for all searches at once, what is held now included; 0: no limit.
  void limit_memory(double bytes) { memory_ = bytes; }
  /// That one search fits into it. Errors: bad_request, of --memory-limit.
  Expected<void> fits(const Network& network, const ClosestQuestion& question) const;
  Expected<void> fits(const Network& network) const;

  /// Errors: of store and sink; interrupted (what was answered is kept).
  Expected<void> closest(const ClosestAsked& asked, const ClosestSink& sink) const;
  /// Answers in the order asked, in every process.
  Expected<std::vector<ClosestRow>> closest(const ClosestAsked& asked,
                                            const BatchHooks& hooks = {}) const;
  /// What the store knows of the nearest images, or of other radii, is not asked again.
  Expected<void> radius(const RadiusAsked& asked, const RadiusSink& sink) const;
  Expected<void> compare(const CompareAsked& asked, const CompareSink& sink) const;
  Expected<void> units(const UnitsAsked& asked, const UnitSink& sink) const;
  /// In every process. The store or, where there is none, the leader's `memory` is asked first; it
  /// is told every few seconds, at the end, and when the run is interrupted. `on_neuron`: in the
  /// leader, from any thread.
  Expected<Bounds> bounds(const BoundsAsked& asked, BoundsMemory memory = {},
                          const std::function<void()>& on_neuron = {}) const;

  /// Called by closest() without a sink with how many of how many images are answered; may be
  /// empty.
  std::function<void(int done, int total)> on_progress;

  /// Null: answers are in memory only, or this is not the leader.
  Store* store() const { return store_.get(); }
  Crew& crew() const { return *crew_; }
  int threads() const { return threads_; }
  const std::atomic<bool>* interrupt() const { return interrupt_; }
  bool interrupted() const { return interrupt_ != nullptr && *interrupt_; }

 private:
  /// Searches at once, and threads for each.
  struct Division {
    int at_once = 1;
    int inner = 1;
  };
  template <class Item>
  struct Opened {
    std::optional<QuestionId> id;
    std::vector<Item> todo;
  };
  template <class Item, class Asked, class AskedSink>
  Expected<Opened<Item>> open(const Asked& asked, const AskedSink& sink,
                              const std::function<Question()>& question,
                              const std::function<Expected<void>()>& besides) const;
  template <class AskedSink, class Row>
  Expected<void> keep(std::optional<QuestionId> id, const AskedSink& sink, const Row& row) const;
  Expected<void> keep_originals(const NamedImages& named, const std::vector<int>& images) const;
  Expected<Division> divide(const Network& network, const ClosestQuestion& question,
                            int count) const;
  Expected<int> at_once(std::size_t bytes, int most) const;
  /// What store and sink have, to the sink; returns what is left.
  Expected<std::vector<int>> left(const ClosestAsked& asked, std::optional<QuestionId> id,
                                  const ClosestSink& sink) const;
  Expected<std::vector<int>> left(const RadiusAsked& asked, std::optional<QuestionId> id,
                                  const RadiusSink& sink) const;
  Expected<std::vector<int>> left(const CompareAsked& asked, std::optional<QuestionId> id,
                                  const CompareSink& sink) const;
  Expected<std::vector<Unit>> left(const UnitsAsked& asked, std::optional<QuestionId> id,
                                   const UnitSink& sink) const;

  Crew* crew_;
  int threads_;
  const std::atomic<bool>* interrupt_;
  std::shared_ptr<Store> store_;
  double memory_ = 0;
};

}  // namespace brink
