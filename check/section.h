// The lines of one section: lemmas, splits and leaves, in order.
#pragma once

#include <map>

#include "crew.h"
#include "inequality.h"

namespace check {

/// A section: the tree of one region, or, without one, the lemmas that hold for all.
class Section {
 public:
  /// `crew`: who reads these subtrees of the lines, if it has the time.
  Section(Lines lines, const Network& network, Region region, InputSet set, Bounds bounds,
          Crew& crew, const Subtrees& subtrees)
      : lines_(lines),
        crew_(crew),
        subtrees_(subtrees),
        network_(network),
        region_(std::move(region)),
        set_(std::move(set)),
        bounds_(std::move(bounds)),
        inequality_(network) {}

  /// Lemmas as far as there are any.
  void read_facts();
  /// A node with all that is below it, to the end of the lines.
  void read_node();
  /// Throws Refused with the number of the line.
  template <class Read>
  void named(Read read) {
    try {
      read(*this);
    } catch (const Refused& error) {
      throw Refused("line " + std::to_string(lines_.number()) + ": " + error.what());
    }
  }

  Lines& lines() { return lines_; }
  const Bounds& bounds() const { return bounds_; }
  /// What lemmas of the root say, exactly (bounds are rounded): of a neuron's upper or lower side.
  using Stated = std::map<std::pair<int, bool>, Rational>;
  const Stated& stated() const { return stated_; }
  const Tally& tally() const { return tally_; }

 private:
  /// A node of which the next child, or of a lemma its own tree, is being read.
  struct Frame {
    char kind;  ///< t, s, x, p
    int number;
    bool upper;  ///< t: what is proven; s, x: the side that the second child has
    Rational value;
    Bounds::Mark mark;
    std::vector<InputSet::Saved> saved;  ///< of x and p: one
    bool second = false;
  };

  /// One line, or a node that is read by another; true if it closed the node.
  bool step();
  bool hand_over();
  void lemma();
  void tree_lemma();
  void substitute();
  void split_neuron();
  void split_input();
  void split_pixel();
  void close();
  void enter(const Frame& frame, bool upper);
  /// After a node has been closed: up to the next that is open; false if there is none.
  bool climb();

  std::string_view take();
  int take_neuron() { return static_cast<int>(parse_integer(take(), 0, network_.neurons() - 1)); }
  int take_input() { return static_cast<int>(parse_integer(take(), 0, network_.inputs() - 1)); }
  bool take_upper();
  void no_more() const {
    if (more_) throw Refused("more on the line than expected: " + quoted(rest_));
  }
  void hold(int neuron, bool upper, const Rational& value);
  void push(Frame frame);
  bool empty() { return set_.empty() || bounds_.empty(); }

  Lines lines_;
  Crew& crew_;
  const Subtrees& subtrees_;
  const Network& network_;
  Region region_;
  InputSet set_;
  Bounds bounds_;
  Inequality inequality_;
  std::vector<Frame> frames_;
  std::string_view rest_;  ///< of the line
  bool more_ = false;
  Stated stated_;
  Tally tally_;
};

}  // namespace check
