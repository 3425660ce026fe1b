#include "proof.h"

#include <algorithm>
#include <map>

#include "inequality.h"

namespace check {

namespace {

constexpr std::size_t kDeepest = 100'000;

/// A section: the tree of one region, or, without one, the lemmas that hold for all.
class Section {
 public:
  Section(Lines& lines, const Network& network, Region region, InputSet set, Bounds bounds)
      : lines_(lines),
        network_(network),
        region_(std::move(region)),
        set_(std::move(set)),
        bounds_(std::move(bounds)),
        inequality_(network) {}

  /// Lemmas as far as there are any.
  void read_facts();
  /// A node with all that is below it.
  void read_node();

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

  /// One line; true if it closed the node.
  bool step();
  void lemma();
  void tree_lemma();
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

  Lines& lines_;
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

std::string_view Section::take() {
  if (!more_) throw Refused("the line is too short");
  const std::size_t space = rest_.find(' ');
  const std::string_view field = rest_.substr(0, space);
  if (field.empty()) throw Refused("fields are separated by one space");
  more_ = space != std::string_view::npos;
  rest_.remove_prefix(more_ ? space + 1 : rest_.size());
  return field;
}

bool Section::take_upper() {
  const std::string_view side = take();
  if (side != "lo" && side != "hi") throw Refused("a side is lo or hi, not " + quoted(side));
  return side == "hi";
}

/// What a lemma has proven of the node.
void Section::hold(int neuron, bool upper, const Rational& value) {
  bounds_.narrow(neuron, upper, value);
  if (!frames_.empty()) return;
  const auto [at, added] = stated_.emplace(std::pair(neuron, upper), value);
  if (!added) at->second = upper ? std::min(at->second, value) : std::max(at->second, value);
}

void Section::push(Frame frame) {
  if (frames_.size() >= kDeepest) throw Refused("the tree is too deep");
  frames_.push_back(std::move(frame));
}

void Section::read_facts() {
  while (!frames_.empty() || lines_.at("f ") || lines_.at("t ")) {
    if (step()) climb();
  }
}

void Section::read_node() {
  bool open = true;
  while (open) {
    if (step()) open = climb();
  }
}

bool Section::step() {
  rest_ = lines_.next();
  more_ = true;
  const std::string_view kind = take();
  if (kind == "f") {
    lemma();
  } else if (kind == "t") {
    tree_lemma();
  } else if (kind == "s") {
    split_neuron();
  } else if (kind == "x") {
    split_input();
  } else if (kind == "p") {
    split_pixel();
  } else if (kind == "c") {
    close();
    return true;
  } else if (kind == "i") {
    no_more();
    if (!empty()) {
      throw Refused("interval arithmetic leaves something of this node");
    }
    ++tally_.empty;
    return true;
  } else {
    throw Refused("expected a lemma, a split or a close, not " + quoted(kind));
  }
  return false;
}

void Section::lemma() {
  const int neuron = take_neuron();
  const bool upper = take_upper();
  const Rational value = parse_number(take());
  if (!more_) throw Refused("the line is too short");
  inequality_.read(rest_, region_);
  const Rational proven = inequality_.value(region_, set_, bounds_, {neuron, upper ? -1 : 1});
  if ((upper ? -proven > value : proven < value) && !empty()) {
    throw Refused("the multipliers prove " + network_.name_of(neuron) +
                  (upper ? " <= " + shown(-proven, false) + ", not <= "
                         : " >= " + shown(proven) + ", not >= ") +
                  shown(value));
  }
  hold(neuron, upper, value);
  ++tally_.lemmas;
}

void Section::tree_lemma() {
  const int neuron = take_neuron();
  const bool upper = take_upper();
  Frame frame{'t', neuron, upper, parse_number(take()), bounds_.mark(), {}};
  no_more();
  bounds_.narrow(neuron, !upper, frame.value);
  push(std::move(frame));
  ++tally_.lemmas;
}

void Section::split_neuron() {
  const int neuron = take_neuron();
  const std::string_view order = take();
  if (order != "-" && order != "+") throw Refused("an order is - or +, not " + quoted(order));
  const bool low_first = order == "-";
  const Rational value = more_ ? parse_number(take()) : Rational(0);
  no_more();
  Frame frame{'s', neuron, !low_first, value, bounds_.mark(), {}};
  bounds_.narrow(neuron, low_first, value);
  push(std::move(frame));
  ++tally_.splits;
}

void Section::split_input() {
  const int input = take_input();
  const Rational value = parse_number(take());
  no_more();
  Frame frame{'x', input, false, value, bounds_.mark(), {set_.save(input)}};
  push(frame);
  set_.cut(input, false, value);
  bounds_.narrow_first(set_, input);
  ++tally_.splits;
}

void Section::split_pixel() {
  const int input = take_input();
  no_more();
  if (set_.norm() != Norm::l0) throw Refused("p is for l0 alone");
  if (set_.pixel(input) != InputSet::Pixel::open) {
    throw Refused("input " + std::to_string(input) + " has been divided before");
  }
  Frame frame{'p', input, false, 0, bounds_.mark(), {set_.save(input)}};
  push(std::move(frame));
  set_.divide(input, InputSet::Pixel::fixed);
  ++tally_.splits;
}

void Section::close() {
  if (!more_) throw Refused("the line is too short");
  inequality_.read(rest_, region_);
  const Rational value = inequality_.value(region_, set_, bounds_, {});
  if (value <= 0 && !empty()) {
    throw Refused("the multipliers prove nothing: the inequality's value is " + shown(value) +
                  ", not above 0");
  }
  ++tally_.leaves;
}

bool Section::climb() {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    bounds_.undo(frame.mark);
    if (!frame.saved.empty()) set_.restore(frame.saved.front());
    if (frame.kind == 't') {
      const Frame proven = std::move(frame);
      frames_.pop_back();
      hold(proven.number, proven.upper, proven.value);
      return true;
    }
    if (!frame.second) {
      frame.second = true;
      if (frame.kind == 's') {
        bounds_.narrow(frame.number, frame.upper, frame.value);
      } else if (frame.kind == 'x') {
        set_.cut(frame.number, true, frame.value);
        bounds_.narrow_first(set_, frame.number);
      } else {
        set_.divide(frame.number, InputSet::Pixel::moves);
      }
      return true;
    }
    frames_.pop_back();
  }
  return false;
}

void add(Tally& all, const Tally& some) {
  all.leaves += some.leaves;
  all.empty += some.empty;
  all.splits += some.splits;
  all.lemmas += some.lemmas;
}

void check_claims(const Question& question, const Network& network, Bounds bounds,
                  const Section::Stated& stated) {
  bounds.bring_up(network.depth() - 1);
  for (const Claim& claim : question.claims) {
    Rational held = claim.upper ? bounds.upper(claim.neuron) : bounds.lower(claim.neuron);
    const auto lemma = stated.find({claim.neuron, claim.upper});
    if (lemma != stated.end()) {
      held = claim.upper ? std::min(held, lemma->second) : std::max(held, lemma->second);
    }
    if (claim.upper ? held > claim.value : held < claim.value) {
      throw Refused("not proven: " + network.name_of(claim.neuron) +
                    (claim.upper ? " <= " : " >= ") + shown(claim.value) + "; proven is " +
                    shown(held, !claim.upper));
    }
  }
}

}  // namespace

Tally check_proof(Lines lines, const Network& network, const Question& question) {
  try {
    Tally tally;
    if (lines.next() != "facts") throw Refused("expected 'facts'");
    const bool any = !question.lower.empty();  // a property without cells has no set
    const std::vector<Rational> none(static_cast<std::size_t>(network.inputs()));
    const InputSet set =
        any ? question.set() : InputSet(Norm::none, none, none, {}, Rational(0), {});
    Section facts(lines, network, {}, set, Bounds(network, set));
    facts.read_facts();
    add(tally, facts.tally());
    for (std::size_t i = 0; i < question.regions.size(); ++i) {
      if (lines.next() != "region " + std::to_string(i)) {
        throw Refused("expected 'region " + std::to_string(i) + "'");
      }
      const Region& region = question.regions[i];
      Bounds bounds = facts.bounds();
      InputSet own = set;
      if (!region.lower.empty()) {
        own = InputSet(Norm::none, region.lower, region.upper, {}, Rational(0), {});
        bounds.narrow_first(own, -1);
      }
      Section section(lines, network, region, std::move(own), std::move(bounds));
      section.read_node();
      add(tally, section.tally());
    }
    if (lines.next() != "end") throw Refused("expected 'end'");
    if (!lines.ended()) throw Refused("there is more after 'end'");
    check_claims(question, network, facts.bounds(), facts.stated());
    return tally;
  } catch (const Refused& error) {
    throw Refused("line " + std::to_string(lines.number()) + ": " + error.what());
  }
}

}  // namespace check
