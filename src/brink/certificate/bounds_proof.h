// Certificates of bounds on pre-activations over a box: of all neurons, or of one unit.
#pragma once

#include <filesystem>
#include <vector>

#include "brink/certificate/closest_proof.h"

namespace brink::certificate {

/// y of the neuron is at least (or at most) `value` anywhere in the box.
struct BoundClaim {
  int neuron = 0;  ///< its number, outputs included
  bool lower = true;
  double value = 0;
  bool searched = false;  ///< by branch and bound: where one relaxation does not do, a tree may
};

/// Writes claims that hold, as near to those given as is proven; each becomes what is. Layer after
/// layer, so that bounds of earlier layers serve the later ones. What is not proven in time is
/// claimed as far as interval arithmetic goes.
Expected<Outcome> write_bounds(const std::string& network_line, const Network& network,
                               const Box& box, std::vector<BoundClaim>& claims,
                               const std::filesystem::path& file, const ProofOptions& options);

}  // namespace brink::certificate
