// Random questions about random tiny networks, each drawn from one number.
#pragma once

#include <cstdint>
#include <string>

#include "brink/ask/closest.h"
#include "brink/base/random.h"

namespace brink::oracle {

/// Which bounds the engine is given.
enum class BoundsKind { interval, enumerated };

struct Case {
  std::uint64_t seed = 0;
  std::string family;  ///< what the network is like: plain, dead, twins, integer, ...
  Network network;
  Eigen::VectorXd image;
  int label = -1;
  ClosestQuestion question = papers_question();
  MipOptions options;
  BoundsKind bounds = BoundsKind::interval;
};

/// Networks of cases from this seed on have linear units.
inline constexpr std::uint64_t kWithLinearUnits = std::uint64_t{1} << 32;

/// Those from this one on are graphs of operators (graphs.h).
inline constexpr std::uint64_t kOfGraphs = std::uint64_t{1} << 33;

/// The same case for the same seed, on every machine.
Case draw_case(std::uint64_t seed);

/// Some hidden units become linear, some of these carry a unit of the layer before as it is; some
/// layers become sparse.
void make_linear_units(Network& network, Random& random);

/// Weights at random with one of the peculiarities that trouble solvers.
Network draw_network(std::uint64_t seed, std::string& family);

/// All choices on one line, for a failure message.
std::string describe(const Case& c);

/// Bounds on every pre-activation over the box, without brink's own tighteners: by intervals, or
/// the exact ranges by enumeration; widened by 1e-9.
Bounds reference_bounds(const Network& network, const Box& box, BoundsKind kind);

}  // namespace brink::oracle
