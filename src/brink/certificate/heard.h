// What a search said of the regions on its way: where the recorder need not look for itself.
//
// A node that multipliers closed is closed by them in a smaller ball too, and under tighter bounds:
// each term of the bound (search/lagrangian.h) only grows. So of the last tree's nodes the
// multipliers are kept, in single precision, with the phases that were known there; of neurons'
// bounds the same. Nothing of it is believed: every record is proven as it is written, and where
// that fails the recorder bounds the node by itself. Nodes do not say where they lie in the tree: a
// side of exactly 0 does, which is what a split leaves.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "brink/search/claims.h"

namespace brink::certificate {

/// Multipliers in half the space.
struct Said {
  Eigen::VectorXf neurons, rows;
  double radius = 0;  ///< of the ball

  search::Multipliers multipliers() const { return {neurons.cast<double>(), rows.cast<double>()}; }
};

/// A node that is empty.
struct SaidEmpty : Said {
  /// Of each neuron: open (0), settled (-1, 1), or settled by a split (-2, 2).
  std::vector<signed char> phases;
};

/// What a proof says of a node; of an empty one, if its cost is nothing or a margin.
SaidEmpty said(const Intervals& bounds, const search::Ball& ball, const search::Proof& proof);

/// A bound of a neuron in a root.
struct SaidBound : Said {
  search::Cost cost;
};

/// Of one region, in the order in which it was said.
struct AllSaid {
  std::vector<SaidEmpty> empty;
  std::vector<SaidBound> bounds;
};

class Listener final : public search::ClaimLog {
 public:
  /// Before another search.
  void forget();
  /// Of the problem with these rows; null: nothing.
  const AllSaid* of(const search::Problem& problem) const;

  void proven(const search::Problem& problem, const Intervals& bounds, const search::Cost& cost,
              const search::Ball& ball, const search::Proof& proof) override;

 private:
  struct Region {
    Eigen::MatrixXd rows;
    Eigen::VectorXd rhs;
    AllSaid heard;
  };
  std::mutex mutex_;
  std::map<const search::Problem*, Region> regions_;
  std::size_t bytes_ = 0;
};

}  // namespace brink::certificate
