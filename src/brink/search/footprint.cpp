// What grows with the network is a pool's points and a program's matrix and inverse; nodes are a
// depth-first stack. Counted generously: a program is built anew while the old one is there.
// Threads lent from one search to another are those of searches that have ended, which held more.
#include "brink/search/footprint.h"

#include <algorithm>

#include "brink/search/extreme.h"
#include "brink/search/parameters.h"
#include "brink/search/relaxation.h"

namespace brink::search {

namespace {

std::size_t hidden_neurons(const Network& network) {
  std::size_t neurons = 0;
  for (int k = 1; k < network.depth(); ++k) neurons += static_cast<std::size_t>(network.width(k));
  return neurons;
}

/// A node and its step (node.h), allocated.
constexpr std::size_t kNodeBytes = 200;

std::size_t stack_bytes(const Network& network) {
  return hidden_neurons(network) * (kNodeBytes + 4 * sizeof(double));
}

/// Of networks that have no programs: a worker's weights in single precision, there and back, those
/// of the question in its own units, many walks at once with what their ascent remembers, and where
/// a stack's nodes begin theirs.
std::size_t large_bytes(const Network& network, std::size_t workers, std::size_t trees) {
  constexpr std::size_t kWalks = 128, kNumbersAWalk = 12, kStack = 200;
  std::size_t weights = 0;
  for (const Layer& layer : network.layers) {
    weights += static_cast<std::size_t>(layer.weights.entries());
  }
  const std::size_t walk = hidden_neurons(network) + static_cast<std::size_t>(network.input_size());
  const std::size_t worker =
      (2 * weights + (kWalks * kNumbersAWalk + kStack) * walk) * sizeof(double);
  return (workers + 1) * worker + (trees + 1) * stack_bytes(network);
}

}  // namespace

std::size_t search_bytes(const Network& network, int threads, int regions) {
  const std::size_t neurons = hidden_neurons(network);
  // A region's tree has a worker a thread, and so has a rung of a ladder; a region's heuristics
  // have one program, and so has the last resort of a ladder. One region has its turn, the others
  // keep small programs only.
  const auto workers = static_cast<std::size_t>(threads), trees = static_cast<std::size_t>(regions);
  if (neurons > static_cast<std::size_t>(parameters().large_above)) {
    return large_bytes(network, workers, trees);
  }
  const auto inputs = static_cast<std::size_t>(network.input_size());
  const auto first = static_cast<std::size_t>(network.width(1));
  const std::size_t pool = parameters().points_kept * (inputs + first) * sizeof(double);
  const std::size_t rows = 2 * neurons + 1 + static_cast<std::size_t>(network.output_size());
  const auto points = static_cast<std::size_t>(point_columns(static_cast<int>(first)));
  const std::size_t columns = neurons + points + 1;
  const std::size_t whole = rows * (rows + 2 * columns + points) * sizeof(double);
  const std::size_t program = std::min(whole, parameters().largest_program);
  const std::size_t all = workers * (trees + 1) + trees + 1;
  return all * (pool + stack_bytes(network) + 2 * std::min(program, parameters().largest_kept)) +
         4 * (workers + 1) * program;
}

std::size_t extreme_bytes(const Network& network) {
  return search_bytes(network, 1, 1) + ExtremeOptions().most_open * kNodeBytes + kExtremeSlopes;
}

}  // namespace brink::search
