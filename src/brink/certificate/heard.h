// What a search said of the regions on its way: where the recorder need not look for itself.
//
// A node that multipliers closed is closed by them in a smaller ball too, and under tighter bounds:
// each term of the bound (search/lagrangian.h) only grows. So of the last tree's nodes the
// multipliers are kept, in single precision, with the phases that were known there; of neurons'
// bounds the same, those in nodes and those by small trees, too. Nothing of it is believed: every
// record is proven as it is written, and where that fails the recorder bounds the node by itself.
// Nodes do not say where they lie in the tree: a side of exactly 0 does, which is what a split
// leaves.
#pragma once

#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "brink/search/claims.h"

namespace brink::certificate {

/// Of a node, with multipliers in half the space: that it is empty, or a bound of a neuron's side.
struct Said {
  Eigen::VectorXf neurons, rows;
  double radius = 0;  ///< of the ball
  /// Of each neuron: open (0), settled (-1, 1), or settled by a split (-2, 2).
  std::vector<signed char> phases;
  search::Cost cost;
  double value = std::numeric_limits<double>::infinity();  ///< of the side; infinity: empty
  /// What a small tree has found of the side in nodes within this one.
  std::vector<Said> tree;

  bool is_bound() const { return cost.neuron >= 0; }
  search::Multipliers multipliers() const {
    return {neurons.cast<double>(), rows.cast<double>(), {}};
  }
};

/// What a proof says of a node; without its cost.
Said said(const Intervals& bounds, const search::Ball& ball, const search::Proof& proof);

/// Of one of the phases of Said.
inline bool is_split(signed char phase) {
  return phase == 2 || phase == -2;
}

class Listener final : public search::ClaimLog {
 public:
  /// Before another search.
  void forget();
  /// Of the problem with these rows, in the order in which it was said; null: nothing.
  const std::vector<Said>* of(const search::Problem& problem) const;

  void proven(const search::Problem& problem, const Intervals& bounds, const search::Cost& cost,
              const search::Ball& ball, const search::Proof& proof) override;
  void proven_in_tree(const search::Problem& problem, const Intervals& root,
                      const search::Node& node, const Intervals& bounds, const search::Cost& cost,
                      const search::Ball& ball, const search::Proof& proof) override;

 private:
  struct Region {
    Eigen::MatrixXd rows;
    Eigen::VectorXd rhs;
    std::vector<Said> heard;
    std::map<const Intervals*, std::size_t> trees;  ///< that grow: which of these they are of
  };
  Region& region_of(const search::Problem& problem);
  bool has_room(const Said& node);  ///< which it then takes

  std::mutex mutex_;
  std::map<const search::Problem*, Region> regions_;
  std::size_t bytes_ = 0;
};

}  // namespace brink::certificate
