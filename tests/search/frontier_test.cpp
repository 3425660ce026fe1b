// Nodes here are numbers, kept as their bounds.
#include "brink/search/frontier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

#include "brink/base/parallel.h"

namespace brink::search {
namespace {

constexpr auto kAll = std::numeric_limits<std::int64_t>::max();

Node numbered(int number) {
  Node node;
  node.bound = number;
  return node;
}

/// Takes up nodes as a worker does: of a node n < `parents` come n's two children 2 n + 1, 2 n + 2;
/// one is kept, the other given away.
std::vector<int> explore(Frontier& frontier, int parents) {
  std::vector<int> seen;
  std::vector<Node> own;
  for (;;) {
    if (own.empty()) {
      auto node = frontier.take();
      if (!node) return seen;
      own.push_back(std::move(*node));
    }
    const int number = static_cast<int>(own.back().bound);
    own.pop_back();
    seen.push_back(number);
    if (number < parents) {
      own.push_back(numbered(2 * number + 1));
      frontier.give(numbered(2 * number + 2));
    }
    if (!frontier.report(1, 1, 1)) {
      for (Node& node : own) frontier.give(std::move(node));
      return seen;
    }
  }
}

/// All that so many workers saw in one burst.
std::vector<int> burst(Frontier& frontier, int workers, int parents, std::int64_t nodes = kAll) {
  std::vector<std::vector<int>> parts(static_cast<std::size_t>(workers));
  frontier.begin(workers, {}, nodes, 0);
  parallel_for(workers, workers,
               [&](int i) { parts[static_cast<std::size_t>(i)] = explore(frontier, parents); });
  std::vector<int> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

void expect_each_once(std::vector<int> seen, int count) {
  std::sort(seen.begin(), seen.end());
  ASSERT_EQ(std::ssize(seen), count);
  for (int i = 0; i < count; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(Frontier, EveryNodeIsTakenOnce) {
  for (const int workers : {1, 2, 5}) {
    for (int round = 0; round < 50; ++round) {
      Frontier frontier;
      frontier.nodes().push_back(numbered(0));
      expect_each_once(burst(frontier, workers, 300), 601);
      EXPECT_TRUE(frontier.nodes().empty());
      EXPECT_EQ(frontier.nodes_seen(), 601);
    }
  }
}

TEST(Frontier, BurstsOneAfterTheOtherLoseNothing) {
  for (const int workers : {1, 3}) {
    Frontier frontier;
    frontier.nodes().push_back(numbered(0));
    std::vector<int> seen;
    int bursts = 0;
    for (; !frontier.nodes().empty(); ++bursts) {
      const auto part = burst(frontier, workers, 300, frontier.nodes_seen() + 20);
      EXPECT_GE(std::ssize(part), 1);
      EXPECT_LE(std::ssize(part), 20 + workers - 1);  // the others were at one each
      seen.insert(seen.end(), part.begin(), part.end());
    }
    expect_each_once(seen, 601);
    EXPECT_GT(bursts, 20);
  }
}

/// Reports of (1 node, 10 effort, the radius) until the burst ends.
int reports(const Budget& budget, std::int64_t nodes, double least_radius, double radius) {
  Frontier frontier;
  frontier.begin(1, budget, nodes, least_radius);
  int count = 1;
  while (frontier.report(1, 10, radius) && count < 1000) ++count;
  return count;
}

TEST(Frontier, EndsAtEachLimit) {
  EXPECT_EQ(reports({}, kAll, 0.5, 0.5), 1000);
  EXPECT_EQ(reports({}, 7, 0.5, 0.5), 7);
  EXPECT_EQ(reports({{}, 31}, kAll, 0.5, 0.5), 4);
  EXPECT_EQ(reports({{}, 30}, kAll, 0.5, 0.5), 3);
  EXPECT_EQ(reports({}, kAll, 0.5, 0.49), 1);
  EXPECT_EQ(reports({Deadline::after(0)}, kAll, 0.5, 0.5), 1);
  std::atomic<bool> interrupt = true;
  EXPECT_EQ(reports({Deadline::after(1000, &interrupt)}, kAll, 0.5, 0.5), 1);
}

// The nodes' limit is of all bursts together, until it is told to forget them.
TEST(Frontier, CountsNodesOverBursts) {
  Frontier frontier;
  frontier.begin(1, {}, 3, 0);
  EXPECT_TRUE(frontier.report(2, 0, 1));
  frontier.begin(1, {}, 3, 0);
  EXPECT_FALSE(frontier.report(1, 0, 1));
  EXPECT_EQ(frontier.nodes_seen(), 3);
  frontier.forget_seen();
  frontier.begin(1, {}, 3, 0);
  EXPECT_TRUE(frontier.report(1, 0, 1));
}

TEST(Frontier, StoppedItKeepsItsNodes) {
  Frontier frontier;
  frontier.begin(1, {}, kAll, 0);
  frontier.give(numbered(1));
  frontier.give(numbered(2));
  frontier.stop();
  EXPECT_FALSE(frontier.take());
  EXPECT_FALSE(frontier.report(0, 0, 1));
  EXPECT_EQ(frontier.nodes().size(), 2U);
  frontier.begin(1, {}, kAll, 0);
  EXPECT_TRUE(frontier.take());
  EXPECT_TRUE(frontier.take());
  EXPECT_FALSE(frontier.take());  // the last worker finds nothing: the burst is over
  EXPECT_FALSE(frontier.report(0, 0, 1));
}

/// take() in a thread of its own, once it waits.
std::future<std::optional<Node>> hungry_taker(Frontier& frontier) {
  auto taken = std::async(std::launch::async, [&frontier] { return frontier.take(); });
  while (!frontier.hungry()) std::this_thread::yield();
  return taken;
}

TEST(Frontier, WaitsForANodeOrTheEnd) {
  Frontier frontier;
  frontier.begin(2, {}, kAll, 0);
  EXPECT_FALSE(frontier.hungry());
  auto taken = hungry_taker(frontier);
  EXPECT_EQ(taken.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  frontier.give(numbered(4));
  const auto node = taken.get();
  ASSERT_TRUE(node);
  EXPECT_EQ(node->bound, 4);
  EXPECT_FALSE(frontier.hungry());

  taken = hungry_taker(frontier);
  frontier.stop();
  EXPECT_FALSE(taken.get());

  frontier.begin(2, {}, kAll, 0);
  taken = hungry_taker(frontier);
  EXPECT_FALSE(frontier.take());  // both wait
  EXPECT_FALSE(taken.get());

  frontier.begin(2, {}, kAll, 0);
  taken = hungry_taker(frontier);
  EXPECT_FALSE(frontier.report(1, 0, -1));  // a limit
  EXPECT_FALSE(taken.get());
}

// As Worker::explore() does it: whoever throws says stop, so nobody waits for it.
TEST(Frontier, AnExceptionEndsTheBurst) {
  for (int round = 0; round < 20; ++round) {
    Frontier frontier;
    frontier.nodes().push_back(numbered(0));
    frontier.begin(4, {}, kAll, 0);
    EXPECT_THROW(parallel_for(4, 4,
                              [&](int) {
                                try {
                                  while (const auto node = frontier.take()) {
                                    throw std::runtime_error("no memory");
                                  }
                                } catch (...) {
                                  frontier.stop();
                                  throw;
                                }
                              }),
                 std::runtime_error);
  }
}

}  // namespace
}  // namespace brink::search
