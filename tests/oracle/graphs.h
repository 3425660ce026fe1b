// Random tiny graphs of operators, applied as a file's reader applies them, and lowered.
#pragma once

#include "brink/base/random.h"
#include "brink/graph/evaluate.h"
#include "brink/network/network.h"

namespace brink::oracle {

/// A graph of a few operators on pictures or sequences of at most 6 numbers, with 2 or 3 outputs: a
/// network of at most `kMostRelus` hidden ReLUs, checked against its graph at random points.
/// `operators`: what it is made of, for a message.
Network draw_graph(Random& random, std::string& operators);

inline constexpr Eigen::Index kMostRelus = 8;

}  // namespace brink::oracle
