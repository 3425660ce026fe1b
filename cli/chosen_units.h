// Which units `visualize` is about: --unit, --layer, --all, --shard.
#pragma once

#include "brink/ask/unit_batch.h"
#include "closest_options.h"

namespace brink::cli {

/// As typed; one way of the three.
struct UnitChoice {
  std::vector<std::string> units;  ///< "K:J"
  int layer = 0;                   ///< 0: not given
  bool all = false;
};

/// Layer by layer, in order; none twice; of these the part that `shard` leaves.
Expected<std::vector<Unit>> chosen_units(const UnitChoice& options, const Network& network,
                                         const std::string& shard);

}  // namespace brink::cli
