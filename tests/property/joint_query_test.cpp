#include "brink/property/joint_query.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

const std::string kBoth =
    "(vnnlib-version <2.0>)\n"
    "(declare-network f (declare-input X Real [2]) (declare-output Y Real [1]))\n"
    "(declare-network g (isomorphic-to f) (declare-input U Real [2]) (declare-output V Real "
    "[1]))\n";

JointQuery joined_of(const std::string& assertions) {
  const auto query = parse_query(kBoth + assertions);
  EXPECT_TRUE(query) << query.error().message;
  return joined(query ? *query : Query());
}

TEST(JointQuery, EqualInputsAreOne) {
  const JointQuery joint = joined_of(
      "(assert (and (== X[0] U[0]) (<= U[1] X[1]) (>= U[1] X[1])))\n"
      "(assert (and (<= X[0] 1) (>= U[0] 0)))\n"
      "(assert (>= (- Y[0] V[0]) 0.5))");
  EXPECT_EQ(joint.inputs, 2);
  EXPECT_EQ(joint.reads, (std::vector<std::vector<int>>{{0, 1}, {0, 1}}));
  EXPECT_EQ(joint.numbers, (std::vector<int>{0, 1, 2, 0, 1, 3}));
  EXPECT_EQ(joint.query.numbers(), 4);
  EXPECT_EQ(joint.query.common.size(), 3u);  // the equalities are gone
  EXPECT_EQ(joint.query.name_of(3), "V[0]");
}

TEST(JointQuery, OtherInputsStayApart) {
  const JointQuery joint = joined_of(
      "(assert (<= X[0] U[0]))\n"                      // one side only
      "(assert (== X[1] (+ U[1] 0.5)))\n"              // with a shift
      "(assert (or (== X[0] U[1]) (<= Y[0] V[0])))");  // not in all cases
  EXPECT_EQ(joint.inputs, 4);
  EXPECT_EQ(joint.reads, (std::vector<std::vector<int>>{{0, 1}, {2, 3}}));
}

TEST(JointQuery, NeverJoinsTwoOfOneNetwork) {
  const JointQuery joint = joined_of("(assert (and (== X[0] X[1]) (== X[0] U[0]) (== X[1] U[0])))");
  EXPECT_EQ(joint.inputs, 3);
  EXPECT_EQ(joint.reads[0], (std::vector<int>{0, 1}));
  EXPECT_EQ(joint.query.common.size(), 4u);  // what is not said by being one
}

TEST(JointQuery, WhatNeverHoldsStays) {
  const JointQuery joint = joined_of("(assert (== X[0] U[0])) (assert (<= X[0] (- U[0] 1)))");
  ASSERT_EQ(joint.query.common.size(), 1u);
  EXPECT_TRUE(joint.query.rows[static_cast<std::size_t>(joint.query.common[0])].terms.empty());
}

}  // namespace
}  // namespace brink
