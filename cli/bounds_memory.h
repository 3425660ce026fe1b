// Bounds proven by the crew, and what remembers them: while they are proven, and for later.
#pragma once

#include "brink/tighten/tighten.h"
#include "closest_options.h"

namespace brink::cli {

/// Refers to what the caller holds.
struct BoundsAsked {
  const Network& network;
  const Box& box;
  BoundRequest request;
  std::string solver = "search";
  double time_limit = kInfinity;
};

/// A file or store that remembers bounds; empty: nothing does.
struct BoundsMemory {
  std::optional<Bounds> known;
  bool complete = false;  ///< `known` is all that was asked
  std::function<Expected<void>(const Bounds&, bool complete)> save;
};

/// That of a store; makes it if need be. `begin`: the bounds are a run of their own there.
Expected<BoundsMemory> stored_bounds(const std::filesystem::path& store, const BoundsAsked& asked,
                                     const ClosestOptions& options, const Common& common,
                                     bool begin);

/// The bounds, in every process. The leader's `memory` (or its error, everywhere) is asked first;
/// it is told every few seconds, at the end, and when the run is interrupted.
Expected<Bounds> prove_bounds(const BoundsAsked& asked, const Common& common,
                              Expected<BoundsMemory> memory);

}  // namespace brink::cli
