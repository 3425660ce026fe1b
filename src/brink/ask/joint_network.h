// Networks side by side as one, for questions about several: its outputs are theirs in turn.
#pragma once

#include <vector>

#include "brink/network/network.h"
#include "brink/search/twins.h"

namespace brink {

struct JointNetwork {
  Network network;  ///< with linear outputs
  std::vector<search::Twins> twins;
};

/// Network i reads input reads[i][j] of `sizes.size()` as its input j; sizes: the largest |x| of
/// each, for what rounding differences of weights comes to. Networks of the same shape are twins,
/// unit by unit, in pairs.
JointNetwork joint_network(const std::vector<const Network*>& networks,
                           const std::vector<std::vector<int>>& reads,
                           const Eigen::VectorXd& sizes);

/// The same depth, the same widths and the same units.
bool same_shape(const Network& a, const Network& b);

}  // namespace brink
