// Which input in the box excites a neuron most? max x_j^k over the box (Fischetti & Jo 2018, 4.1).
#pragma once

#include <cstdint>

#include "brink/ask/closest.h"

namespace brink {

struct Excitation {
  AnswerStatus status = AnswerStatus::error;  ///< optimal, gap, time_limit, interrupted, error
  double activation = 0;  ///< of `image` by the plain forward pass: x_j^k (hidden: max(0, y))
  double bound = 0;       ///< proven upper bound on the activation anywhere in the box
  std::int64_t nodes = 0;
  double seconds = 0;
  Eigen::VectorXd image;  ///< n_0, empty if none was found
  std::string proof;      ///< what vouches for the bound: search, multipliers (mip); "": none
  std::string note;       ///< for error
};

/// What makes it no question: there is no such unit, or the bounds are of another network.
Expected<void> check_unit(const Network& network, const Bounds& bounds, int k, int j);

/// Unit (k, j): 1 <= k <= K, 0 <= j < n_k. `bounds` hold on their box, which is the one searched.
/// Output units maximise y_j^K (linear) or max(0, y_j^K) (relu). Errors: those of
/// check_unit.
Expected<Excitation> excite_by_mip(const Network& network, const Bounds& bounds, int k, int j,
                                   const MipOptions& options,
                                   const std::atomic<bool>* interrupt = nullptr);
/// The same by brink's own search.
Expected<Excitation> excite_by_search(const Network& network, const Bounds& bounds, int k, int j,
                                      const SearchOptions& options,
                                      const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
