#include "section.h"

#include <algorithm>
#include <memory>

namespace check {

namespace {

constexpr std::size_t kDeepest = 100'000;

}  // namespace

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
  while (!frames_.empty() || lines_.at("f ") || lines_.at("t ") || lines_.at("b\n")) {
    if (step()) climb();
  }
}

void Section::read_node() {
  bool open = true;
  while (open) {
    if (step()) open = climb();
  }
  if (lines_.ended()) return;
  lines_.next();
  throw Refused("the region's tree has ended before");
}

/// What is known of the node is copied, so that it can be read while this goes on behind it.
bool Section::hand_over() {
  const auto found = subtrees_.find(lines_.place());
  if (found == subtrees_.end() || frames_.empty() || !crew_.hungry()) return false;
  const auto [end, count] = found->second;
  if (!lines_.reach(end)) return false;
  const long line = lines_.number();
  const auto part = std::make_shared<Section>(lines_.take(end, count), network_, region_, set_,
                                              bounds_, crew_, subtrees_);
  crew_.add(line, [part] {
    part->named([](Section& section) { section.read_node(); });
    return part->tally();
  });
  return true;
}

bool Section::step() {
  if (hand_over()) return true;
  rest_ = lines_.next();
  more_ = true;
  const std::string_view kind = take();
  if (kind == "f") {
    lemma();
  } else if (kind == "t") {
    tree_lemma();
  } else if (kind == "b") {
    substitute();
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

/// Both sides of all open neurons, each as multipliers "0 ~" bound it.
void Section::substitute() {
  no_more();
  inequality_.read("0 ~", region_);
  for (int k = 1; k + 1 < network_.depth(); ++k) {
    bounds_.bring_up(k);
    const int first = network_.first[static_cast<std::size_t>(k)];
    const Layer& layer = network_.layers[static_cast<std::size_t>(k)];
    for (int j = 0; j < layer.rows(); ++j) {
      const int n = first + j;
      if (!layer.relu(j) || bounds_.low(n) >= 0 || bounds_.high(n) <= 0) continue;
      const Rational most = -inequality_.value(region_, set_, bounds_, {n, -1});
      const Rational least = inequality_.value(region_, set_, bounds_, {n, 1});
      bounds_.narrow(n, true, most);
      bounds_.narrow(n, false, least);
    }
  }
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

}  // namespace check
