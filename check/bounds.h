// L <= y <= U for every neuron at a node of the tree, and interval arithmetic through the layers.
//
// Bounds are whole multiples of 2^-grid, a grid for each neuron such that they have at most 50 bits
// at the beginning; rounding is outward. Changes are kept on a trail, so that a node's are undone.
#pragma once

#include <memory>
#include <vector>

#include "network.h"
#include "set.h"

namespace check {

class Bounds {
 public:
  Bounds(const Network& network, const InputSet& set);

  std::int64_t low(int neuron) const { return low_[static_cast<std::size_t>(neuron)]; }
  std::int64_t high(int neuron) const { return high_[static_cast<std::size_t>(neuron)]; }
  int grid(int neuron) const { return tables_->grid[static_cast<std::size_t>(neuron)]; }
  /// At least 0, and no grid of layer k is larger (layers from 0).
  int common_grid(int k) const { return tables_->common[static_cast<std::size_t>(k)]; }
  Rational lower(int neuron) const { return shifted(Rational(low(neuron)), -grid(neuron)); }
  Rational upper(int neuron) const { return shifted(Rational(high(neuron)), -grid(neuron)); }

  /// y <= value, or y >= value.
  void narrow(int neuron, bool upper, const Rational& value);
  /// Layer 1 over a smaller set: of the units that see this input; -1: of all.
  void narrow_first(const InputSet& set, int input);
  /// Interval arithmetic as far as layer k.
  void bring_up(int k);
  /// After bringing all up: no point has these bounds.
  bool empty();

  struct Mark {
    std::size_t trail;
    std::vector<char> stale;
  };
  Mark mark() const { return {trail_.size(), stale_}; }
  void undo(const Mark& mark);

 private:
  struct Forward {      // from one layer into the next
    bool fast = false;  // in 128 bits
    std::vector<std::int64_t> weights;
    std::vector<Wide> bias;
    std::vector<int> shift;
  };
  struct Tables {
    const Network* network = nullptr;
    std::vector<int> grid, common;
    std::vector<Forward> forward;  // by layer; [0] is not used
  };
  struct Change {
    int neuron;
    bool upper;
    std::int64_t old;
  };
  struct Ends {
    Integer low, high;  // over denominator 2^common
  };
  Ends slow(int k, int j) const;
  void add_layer(Tables& tables, int k, const InputSet& set);
  Forward forward(const Tables& tables, int k) const;
  void set(int neuron, bool upper, std::int64_t value);
  void bring_fast(int k);

  std::shared_ptr<const Tables> tables_;
  std::vector<std::int64_t> low_, high_;
  std::vector<char> stale_;  ///< bounds of the layer after do not know this one's yet
  std::vector<Change> trail_;
};

}  // namespace check
