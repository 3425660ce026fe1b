// The live neurons of a layer in all items of an ascent (slope_ascent.h).
#pragma once

#include <vector>

#include "brink/search/slope_ascent.h"
#include "brink/search/slope_steps.h"

namespace brink::search {

/// Of each layer up to `last`, by their place in it: neurons that some item does not know to be
/// inactive, or has a multiplier for.
std::vector<std::vector<int>> neurons_needed(const Problem& problem,
                                             const std::vector<SlopeAscent::Item>& items, int last);

/// A row an item.
struct SlopeState {
  /// At each item's start.
  SlopeState(const Problem& problem, const LiveLayers& live,
             const std::vector<SlopeAscent::Item>& items, int k);

  FloatRows slope, low, sign, limit, open;  ///< slope_steps.h
  /// a where the phase is open, p where it is settled; -1 - a where p is to follow from a (settle).
  FloatRows own;
  FloatRows cost;          ///< of x
  FloatRows carried;       ///< of y
  FloatRows y, x;          ///< on the lines
  FloatRows mean, square;  ///< of the slopes so far
  FloatRows best_own;

  /// Neurons whose phases the start had open, by the costs: what was carried on is again.
  void settle();

  NeuronLines lines(Eigen::Index b) const {
    return {static_cast<std::size_t>(slope.cols()),
            slope.row(b).data(),
            low.row(b).data(),
            sign.row(b).data(),
            limit.row(b).data(),
            open.row(b).data()};
  }
};

}  // namespace brink::search
