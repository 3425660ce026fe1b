// Nodes of a branch and bound, whatever the question: what was decided on the way from the root.
//
// A node keeps no bounds of its own but what was found beyond its splits, as a list of changes;
// what follows from them is computed when the node is taken up (Problem::within). So a node takes a
// few dozen bytes however large the network is, and meets whatever the root has learnt since. Where
// slopes bound nodes, both children of one share a number or two for each neuron and input besides.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace brink::search {

struct Slopes;

/// Of a neuron its phase, active or not; of a pixel whether it may move (pixel_search.cpp).
struct Split {
  int what = -1;  ///< number of the neuron, or of the pixel's column
  bool on = false;
};

/// A neuron's bounds, or a column's, found in a node.
struct Change {
  int what = -1;
  double lower = 0, upper = 0;
};

/// One of the steps that lead to a node: a split, or changes found there.
struct Step {
  std::shared_ptr<const Step> before;
  Split split;  ///< of what < 0: none
  std::vector<Change> changes;
};

struct Node {
  std::shared_ptr<const Step> path;                         ///< null: the root
  double bound = -std::numeric_limits<double>::infinity();  ///< on what is minimised, proven
  std::int64_t made = 0;  ///< nodes that its worker had seen when it was made
  int put_off = 0;        ///< times that it was put off, its answer unfinished
  /// Where the slopes that bound it begin (slope_ascent.h): those of its parent; null: at none.
  std::shared_ptr<const Slopes> slopes;

  bool is_root() const { return path == nullptr; }
  void note(std::vector<Change> changes) {
    if (changes.empty()) return;
    path = std::make_shared<const Step>(Step{std::move(path), {}, std::move(changes)});
  }
  Node child(const Split& split, std::int64_t seen) const {
    return {std::make_shared<const Step>(Step{path, split, {}}), bound, seen, 0, slopes};
  }
};

/// What became of a node: it is closed, to be taken up again (at once, or after all others that are
/// open), or to be divided.
enum class Verdict { closed, again, later, open };

}  // namespace brink::search
