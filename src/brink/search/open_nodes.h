// The nodes that are left to do, in an order of one's choice; and one step of branch and bound.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "brink/search/node.h"

namespace brink::search {

struct NodeOrder {
  std::int64_t burst;  ///< nodes: 1 is best first
  /// Beyond so many the newest is taken instead of the best: deep, so soon closed, and memory stays
  /// bounded.
  std::size_t most = std::numeric_limits<std::size_t>::max();
};

/// The node of least bound first; but as many nodes as a burst allows are taken from those made
/// since, the newest first: there the last basis nearly solves the next program.
class OpenNodes {
 public:
  static constexpr NodeOrder kDepthFirst{std::numeric_limits<std::int64_t>::max()};
  static constexpr NodeOrder kBestFirst{1};

  explicit OpenNodes(const NodeOrder& order)
      : order_(order), left_(order.burst == kDepthFirst.burst ? order.burst : 0) {}

  void push(Node node) { near_.push_back(std::move(node)); }
  /// Depth first, the last of all that are open now.
  void put_off(Node node);
  Node pop();
  bool empty() const { return near_.empty() && heap_.empty(); }
  std::size_t size() const { return near_.size() + heap_.size(); }
  /// Of all nodes; infinity: none.
  double least_bound() const;
  /// The one made first, of a burst that has not ended.
  Node take_oldest();
  /// All, the oldest first.
  std::vector<Node> take_all();
  /// In no order.
  template <class Visit>
  void each(Visit visit) const {
    for (const Node& node : heap_) visit(node);
    for (const Node& node : near_) visit(node);
  }
  void clear();

 private:
  NodeOrder order_;
  std::int64_t left_;  ///< of the burst
  std::vector<Node> heap_;
  std::vector<Node> near_;  ///< a stack, explored before these
};

/// Takes up one node. A question says
///     enter(node) -> optional<State>          what holds in the node; nothing: it has no point
///     bound(node, state) -> Bound             and what follows
///     judge(node, state, bound) -> Verdict    a leaf is answered here; `node` may learn changes
///     divide(state, bound) -> array<Split, 2>   the likelier last: it is taken up first
///     seen() -> how many nodes there were so far.
template <class Question>
void expand(Question& question, Node node, OpenNodes& open) {
  auto state = question.enter(node);
  if (!state) return;
  const auto bound = question.bound(node, *state);
  switch (question.judge(node, *state, bound)) {
    case Verdict::closed:
      return;
    case Verdict::again:
      open.push(std::move(node));
      return;
    case Verdict::later:
      open.put_off(std::move(node));
      return;
    case Verdict::open:
      for (const Split& split : question.divide(*state, bound)) {
        open.push(node.child(split, question.seen()));
      }
  }
}

}  // namespace brink::search
