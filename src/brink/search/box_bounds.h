// Bounds over a part of the input box by backward substitution, of the neurons that are open there,
// and rows as linear functions of the inputs.
#pragma once

#include <memory>
#include <vector>

#include "brink/base/box.h"
#include "brink/search/input_forms.h"
#include "brink/search/twins.h"

namespace brink::search {

class BoxBounds {
 public:
  /// The slope below an open neuron: 0 or 1, whichever leaves less; or the same without a leap from
  /// one to the other, which rounding could decide, and with interval arithmetic besides, as the
  /// records of certificates have it (docs/certificates.md, `b`).
  enum class Below { nearest, steady };

  /// `problem`: any one of the network over the whole box, with which nothing is shared later. A
  /// copy that has bounded nothing yet costs little.
  explicit BoxBounds(const Problem& problem, const std::vector<Twins>& twins = {},
                     Below below = Below::nearest);
  /// As `other`, of the same network, but over another whole box.
  BoxBounds(const BoxBounds& other, const Problem& problem);

  /// Bounds of all hidden neurons over `box`, part of the whole, tightened in place where they are
  /// open; false: they contradict each other, no point of the box has them.
  bool tighten(const Box& box, Intervals& bounds) { return pass(box, true, bounds); }
  /// The same by interval arithmetic alone (Below::steady).
  bool step_through(const Box& box, Intervals& bounds) { return pass(box, false, bounds); }
  /// rows x^{K-1} - rhs from above, over the box that was tightened last, by its bounds.
  InputForms rows(const Problem& problem);

 private:
  /// What is the same for all boxes.
  struct Layer {
    const brink::Layer* from;  ///< of the network
    RowMatrix weights;         ///< W^k
    Eigen::VectorXd bias;
    std::vector<char> linear;  ///< by unit; empty: none
    int first = 0;             ///< number of its first neuron
    std::vector<Twins> twins;
    std::vector<int> part_of;  ///< by unit; of differences of twins -1
  };
  /// Live units of one part of a layer, which no other part reads, over the box at hand.
  struct Part {
    std::vector<int> live;                   ///< units that may be active
    Eigen::VectorXd above, constant, below;  ///< of these: x <= above y + constant, x >= below y
    Eigen::VectorXd bias, size;
    RowMatrix compact;  ///< W^k of live units on those before; of the first layer on all inputs
  };
  /// Where a unit stands among the live ones.
  struct Place {
    std::size_t part;
    Eigen::Index at;
  };
  /// Twins that are both open.
  struct OpenTwins {
    Place first, second;
    TwinLines lines;
  };
  struct LiveLayer {
    std::vector<Part> parts;
    std::vector<OpenTwins> twins;
  };
  /// Forms of a layer's live activations, by part; without columns where all are zero.
  struct Forms {
    std::vector<RowMatrix> a;
    Eigen::VectorXd c, size;
  };
  /// A live unit's factor of its own.
  struct Taken {
    Place place;
    double value;
  };
  const Layer& layer(std::size_t k) const { return (*layers_)[k]; }
  void measure(const Problem& problem);
  void first_layer(Intervals& bounds) const;
  bool later_layer(std::size_t k, Intervals& bounds);
  void interval_layer(std::size_t k, Intervals& bounds) const;
  bool pass(const Box& box, bool substitute, Intervals& bounds);
  std::vector<int> open_units(std::size_t k, std::size_t part, const Intervals& bounds) const;
  std::vector<int> open_differences(std::size_t k, const Intervals& bounds) const;
  bool bound_units(std::size_t k, const std::vector<int>& units, Intervals& bounds);
  bool reconcile_twins(std::size_t k, Intervals& bounds) const;
  void relax(std::size_t k, const Intervals& bounds);
  void relax_part(std::size_t k, std::size_t number, const Intervals& bounds);
  void relax_twins(std::size_t k, const Intervals& bounds);
  double take_twins(std::size_t k, Eigen::Index row, Forms& forms, std::vector<Taken>& taken) const;
  /// From forms of x^k to forms of the inputs, which are a[0] then.
  void walk(std::size_t k, Forms& forms);
  void step(std::size_t k, Eigen::Index row, Forms& forms, std::vector<Taken>& taken) const;
  Eigen::VectorXd highest(const Forms& forms) const;
  double doubt(double size) const;

  std::shared_ptr<const std::vector<Layer>> layers_;           ///< hidden
  std::shared_ptr<const std::vector<Eigen::VectorXd>> sizes_;  ///< |W^k| X + |b^k|, the whole box's
  std::size_t parts_ = 1;
  Below below_;
  double operations_ = 0;
  Box box_;
  std::vector<LiveLayer> live_;
  RowMatrix before_;
};

}  // namespace brink::search
