#include "brink/search/open_nodes.h"

#include <gtest/gtest.h>

#include "asked.h"
#include "brink/base/random.h"
#include "random_node.h"

namespace brink::search {
namespace {

Node with_bound(double bound) {
  Node node;
  node.bound = bound;
  return node;
}

std::vector<double> order_of(OpenNodes open, const std::vector<double>& bounds) {
  for (const double bound : bounds) open.push(with_bound(bound));
  std::vector<double> order;
  while (!open.empty()) order.push_back(open.pop().bound);
  return order;
}

TEST(OpenNodes, Orders) {
  const std::vector<double> bounds = {3, 1, 4, 1.5, 5};
  EXPECT_EQ(order_of(OpenNodes(OpenNodes::kDepthFirst), bounds),
            (std::vector<double>{5, 1.5, 4, 1, 3}));
  EXPECT_EQ(order_of(OpenNodes(OpenNodes::kBestFirst), bounds),
            (std::vector<double>{1, 1.5, 3, 4, 5}));
}

TEST(OpenNodes, ABurstGoesDeepThenTakesTheBest) {
  OpenNodes open(NodeOrder{3});
  for (const double bound : {3.0, 1.0, 2.0}) open.push(with_bound(bound));
  EXPECT_EQ(open.pop().bound, 1);  // a burst begins with the best
  for (const double bound : {7.0, 8.0, 9.0}) open.push(with_bound(bound));
  EXPECT_EQ(open.least_bound(), 2);
  EXPECT_EQ(open.pop().bound, 9);
  EXPECT_EQ(open.pop().bound, 8);
  EXPECT_EQ(open.pop().bound, 2);  // the next burst
  EXPECT_EQ(open.pop().bound, 3);
  EXPECT_EQ(open.size(), 1U);
  EXPECT_EQ(open.take_all().front().bound, 7);
  EXPECT_TRUE(open.empty());
  EXPECT_EQ(open.least_bound(), std::numeric_limits<double>::infinity());
}

TEST(OpenNodes, TheOldestCanBeGivenAway) {
  OpenNodes open(OpenNodes::kDepthFirst);
  for (const double bound : {3.0, 1.0, 2.0}) open.push(with_bound(bound));
  EXPECT_EQ(open.take_oldest().bound, 3);
  EXPECT_EQ(open.pop().bound, 2);
  EXPECT_EQ(open.pop().bound, 1);
}

TEST(OpenNodes, WhatIsPutOffComesLast) {
  OpenNodes open(OpenNodes::kDepthFirst);
  for (const double bound : {3.0, 1.0, 2.0}) open.push(with_bound(bound));
  open.put_off(open.pop());
  open.put_off(open.pop());
  EXPECT_EQ(open.pop().bound, 3);
  const Node first = open.pop();
  EXPECT_EQ(first.bound, 2);  // in the order in which they were
  EXPECT_EQ(first.put_off, 1);
  EXPECT_EQ(open.pop().bound, 1);
}

/// The least of f over the leaves of a tree of depth 5, its bound noisy from below.
struct Numbers {
  explicit Numbers(std::uint64_t seed) : random(seed) {}

  static double leaf(int id) { return std::sin(12.9898 * id) * 10; }
  double least(int first, int count) const {
    double least = leaf(first);
    for (int i = 1; i < count; ++i) least = std::min(least, leaf(first + i));
    return least;
  }
  struct Range {
    int first = 0, count = 32;
  };
  std::optional<Range> enter(const Node& node) {
    ++entered;
    std::vector<bool> halves;
    for (const Step* s = node.path.get(); s != nullptr; s = s->before.get()) {
      if (s->split.what >= 0) halves.push_back(s->split.on);
    }
    Range range;
    for (auto half = halves.rbegin(); half != halves.rend(); ++half) {
      range.count /= 2;
      range.first += *half ? range.count : 0;
    }
    return range;
  }
  double bound(Node& node, const Range& range) {
    const double doubt = range.count == 1 ? 0 : 2 * random.uniform();
    node.bound = std::max(node.bound, least(range.first, range.count) - doubt);
    return node.bound;
  }
  Verdict judge(Node& node, const Range& range, double bound) {
    if (bound >= best) return Verdict::closed;
    if (range.count > 1 && random.uniform() < 0.2) {
      node.note({{1, 2, 3}});  // changes on the path are no splits
      return Verdict::again;
    }
    if (range.count > 1) return Verdict::open;
    best = bound;
    return Verdict::closed;
  }
  std::array<Split, 2> divide(const Range& range, double /*bound*/) const {
    return {{{range.count, true}, {range.count, false}}};
  }
  std::int64_t seen() const { return entered; }

  Random random;
  double best = std::numeric_limits<double>::infinity();
  std::int64_t entered = 0;
};

TEST(Expand, FindsTheLeastInEveryOrder) {
  for (const NodeOrder order :
       {OpenNodes::kDepthFirst, OpenNodes::kBestFirst, NodeOrder{4}, NodeOrder{4, 3}}) {
    Numbers question(7);
    OpenNodes open(order);
    open.push({});
    while (!open.empty()) expand(question, open.pop(), open);
    EXPECT_EQ(question.best, question.least(0, 32));
    EXPECT_LT(question.entered, 90);
  }
}

// What holds in a node is found again from its splits and changes, whatever the root has learnt.
TEST(Node, KeepsItsPointWhateverTheRootLearns) {
  Random random(17);
  for (int round = 0; round < 500; ++round) {
    const RandomNode asked(kNorms.at(static_cast<std::size_t>(round % 4)), random);
    const Problem& problem = *asked.problem;
    const Intervals root = box_bounds(problem);
    const auto value = [&](int id) { return asked.pre_activation(id); };
    Node node;
    for (int i = 0; i < 5; ++i) {
      const int id = random.index(problem.neurons());
      node = node.child({id, value(id) > 0}, i);
      const int other = random.index(problem.neurons());
      const double room = random.uniform();
      node.note({{other, value(other) - room, value(other) + room}});
    }
    for (const Intervals& from : {root, asked.node}) {
      const auto bounds = problem.within(from, node);
      ASSERT_TRUE(bounds.has_value()) << round;
      for (int id = 0; id < problem.neurons(); ++id) {
        EXPECT_LE(bounds->lower[static_cast<std::size_t>(id)], value(id) + 1e-12) << round;
        EXPECT_GE(bounds->upper[static_cast<std::size_t>(id)], value(id) - 1e-12) << round;
      }
      for (const Change& change : changes_between(from, *bounds)) {
        EXPECT_LE(change.lower, value(change.what) + 1e-12);
      }
    }
    const int id = random.index(problem.neurons());
    if (std::abs(value(id)) < 1e-6) continue;
    node = node.child({id, value(id) > 0}, 9).child({id, value(id) <= 0}, 9);
    const auto none = problem.within(root, node);  // y = 0 is all that is left
    EXPECT_TRUE(!none || none->upper[static_cast<std::size_t>(id)] <= 0 ||
                none->lower[static_cast<std::size_t>(id)] >= 0);
  }
}

}  // namespace
}  // namespace brink::search
