// What excites each of many units most, or least.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "brink/ask/visualize.h"
#include "brink/base/crew.h"

namespace brink {

/// Unit `index` (from 0) of layer `layer` (from 1).
struct Unit {
  int layer = 0;
  int index = 0;
  bool operator==(const Unit&) const = default;
  bool operator<(const Unit& other) const {
    return layer != other.layer ? layer < other.layer : index < other.index;
  }
};

/// The network, the bounds whose box is searched, and the engine. Refers to what the caller holds.
struct UnitBatch {
  const Network* network = nullptr;
  const Bounds* bounds = nullptr;
  std::optional<MipOptions> mip;  ///< set: the MIP engine
  SearchOptions search;           ///< else
  bool least = false;             ///< the least pre-activation, with a lower bound
};

Expected<Excitation> excite(const UnitBatch& batch, const Unit& unit,
                            const std::atomic<bool>* interrupt = nullptr);

/// What was known of a unit when the user stopped it, from any thread: an answer to look at, not
/// one to keep.
using StoppedUnit = std::function<void(const Unit&, const Excitation&)>;

/// Answers for the leader's `units`, at most `at_once` at a time in each process; every answer goes
/// to `keep`, in the leader, as soon as it is there. Interrupted answers are no answers.
Expected<void> ask_units(const UnitBatch& batch, const std::vector<Unit>& units, int at_once,
                         Crew& crew,
                         const std::function<Expected<void>(const Unit&, const Excitation&)>& keep,
                         const std::atomic<bool>* interrupt = nullptr,
                         const StoppedUnit& stopped = {});

}  // namespace brink
