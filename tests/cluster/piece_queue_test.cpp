#include "brink/cluster/piece_queue.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(PieceQueue, HandsOutInOrderAndCountsEachPieceOnce) {
  PieceQueue queue(3);
  EXPECT_EQ(queue.next(0), 0);
  EXPECT_EQ(queue.next(1), 1);
  EXPECT_EQ(queue.next(0), 2);
  EXPECT_EQ(queue.next(0), std::nullopt);
  EXPECT_TRUE(queue.finish(1));
  EXPECT_FALSE(queue.finish(1));
  EXPECT_FALSE(queue.holds(1));
  EXPECT_TRUE(queue.finish(2));
  EXPECT_FALSE(queue.finished());
  EXPECT_TRUE(queue.finish(0));
  EXPECT_TRUE(queue.finished());
}

TEST(PieceQueue, WhatALostRankHadIsHandedOutAgainFirst) {
  PieceQueue queue(4);
  queue.next(1);
  queue.next(2);
  queue.next(1);
  EXPECT_TRUE(queue.lose(1));
  EXPECT_FALSE(queue.lose(1));
  EXPECT_EQ(queue.next(2), 0);
  EXPECT_EQ(queue.next(2), 2);
  EXPECT_EQ(queue.next(2), 3);
}

TEST(PieceQueue, ALateResultOfALostRankCounts) {
  PieceQueue queue(1);
  queue.next(1);
  queue.lose(1);
  EXPECT_TRUE(queue.finish(0));
  EXPECT_EQ(queue.next(2), std::nullopt);
  EXPECT_TRUE(queue.finished());
}

TEST(PieceQueue, NothingToDoIsFinished) {
  EXPECT_TRUE(PieceQueue(0).finished());
}

}  // namespace
}  // namespace brink
