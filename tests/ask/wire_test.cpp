#include "brink/ask/wire.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(Wire, AnAnswerArrivesAsItLeft) {
  ClosestAnswer answer;
  answer.status = AnswerStatus::time_limit;
  answer.target = 7;
  answer.distance = 0.1;
  answer.bound = 1.0 / 3;
  answer.image = Eigen::VectorXd::LinSpaced(5, 0, 1);
  answer.note = "so it is";
  search::Statistics& s = answer.statistics;
  s.nodes = 1;
  s.iterations = 2;
  s.effort = 3;
  s.points = 4;
  s.pruned_by_bound = 5;
  s.pruned_by_interval = 6;
  s.leaves = 7;
  s.doubtful = 8;
  s.unstable_neurons = 9;
  s.patterns = 10;
  s.heuristic_seconds = 0.1;
  s.tightening_seconds = 0.2;
  s.tree_seconds = 0.3;
  s.pattern_seconds = 0.4;
  const std::string bytes = to_bytes(answer);
  const auto arrived = closest_from_bytes(bytes);
  ASSERT_TRUE(arrived);
  EXPECT_EQ(to_bytes(*arrived), bytes);
  EXPECT_EQ(arrived->status, answer.status);
  EXPECT_EQ(arrived->distance, answer.distance);
  EXPECT_EQ(arrived->bound, answer.bound);
  EXPECT_EQ(arrived->image, answer.image);
  EXPECT_EQ(arrived->note, answer.note);
  EXPECT_EQ(arrived->statistics.unstable_neurons, 9);
  EXPECT_EQ(arrived->statistics.patterns, 10);
  EXPECT_EQ(arrived->statistics.tree_seconds, 0.3);
  EXPECT_EQ(arrived->statistics.pattern_seconds, 0.4);
}

TEST(Wire, ALeadArrives) {
  ClosestAnswer sent;
  sent.lead = 0.25;
  sent.lead_bound = 3;
  sent.float32 = true;
  const auto arrived = closest_from_bytes(to_bytes(sent));
  ASSERT_TRUE(arrived);
  EXPECT_EQ(arrived->lead, 0.25);
  EXPECT_EQ(arrived->lead_bound, 3);
  EXPECT_TRUE(arrived->float32);
}

TEST(Wire, AnExcitationArrivesWithItsProof) {
  Excitation sent;
  sent.bound = 3;
  sent.proof = "solver";
  const auto arrived = excitation_from_bytes(to_bytes(sent));
  ASSERT_TRUE(arrived);
  EXPECT_EQ(arrived->bound, 3);
  EXPECT_EQ(arrived->proof, "solver");
}

TEST(Wire, DamagedBytesAreRefused) {
  const std::string bytes = to_bytes(ClosestAnswer());
  EXPECT_FALSE(closest_from_bytes(bytes.substr(0, bytes.size() / 2)));
  EXPECT_FALSE(closest_from_bytes("no answer"));
}

}  // namespace
}  // namespace brink
