// Bounds over a part of the input box by backward substitution, of the neurons that are open there,
// and rows as linear functions of the inputs.
#pragma once

#include <vector>

#include "brink/base/box.h"
#include "brink/search/input_forms.h"

namespace brink::search {

class BoxBounds {
 public:
  /// `problem`: any one of the network over the whole box, with which nothing is shared later.
  explicit BoxBounds(const Problem& problem);

  /// Bounds of all hidden neurons over `box`, part of the whole, tightened in place where they are
  /// open; false: they contradict each other, no point of the box has them.
  bool tighten(const Box& box, Intervals& bounds);
  /// rows x^{K-1} - rhs from above, over the box that was tightened last, by its bounds.
  InputForms rows(const Problem& problem);

 private:
  struct Layer {
    RowMatrix weights;           ///< W^k
    Eigen::VectorXd bias, size;  ///< size: |W^k| X + |b^k| over the whole box
    std::vector<char> linear;    ///< by unit; empty: none
    int first = 0;               ///< number of its first neuron
    // Of the box at hand:
    std::vector<int> live;                   ///< units that may be active
    Eigen::VectorXd above, constant, below;  ///< of these: x <= above y + constant, x >= below y
    Eigen::VectorXd live_bias, live_size;
    RowMatrix compact;  ///< W^k of live units on live ones
  };
  /// Forms of a layer's live activations.
  struct Forms {
    RowMatrix a;
    Eigen::VectorXd c, size;
  };
  void first_layer(Intervals& bounds) const;
  bool later_layer(std::size_t k, Intervals& bounds);
  void relax(std::size_t k, const Intervals& bounds);
  /// From forms of x^k to forms of the inputs.
  void walk(std::size_t k, Forms& forms);
  Eigen::VectorXd highest(const Forms& forms) const;
  double doubt(double size) const;

  std::vector<Layer> layers_;  ///< hidden
  double operations_ = 0;
  Box box_;
  RowMatrix before_;
};

}  // namespace brink::search
