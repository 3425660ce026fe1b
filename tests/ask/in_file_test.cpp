// Answers are checked by what the file computes, not by what the network made of it does.
#include <gtest/gtest.h>

#include "ask/asked.h"
#include "brink/network/normalise.h"

namespace brink {
namespace {

/// The network's own pass, with less for all classes but one: a file that rounds otherwise, or one
/// that says something else.
class Less final : public ForwardPass {
 public:
  Less(Network network, int label, double by)
      : network_(std::move(network)), label_(label), by_(by) {}
  Eigen::Index input_size() const override { return network_.input_size(); }
  Expected<Eigen::VectorXd> evaluate(const Eigen::VectorXd& x) const override {
    Eigen::VectorXd y = outputs(network_, x);
    for (Eigen::Index j = 0; j < y.size(); ++j) y(j) -= j == label_ ? 0 : by_;
    return y;
  }

 private:
  Network network_;
  int label_;
  double by_;
};

struct Asked : testing::Asked {
  Asked(std::uint64_t seed, double by) : testing::Asked(seed, Norm::l1, 3) {
    question.lead = 0;
    network.as_in_file = std::make_shared<Less>(network, label, by);
  }
};

TEST(InFile, AnImageOnTheWallMovesAHairFartherOut) {
  int found = 0, confirmed = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Asked asked(seed, 1e-13);
    const ClosestAnswer answer = asked.search();
    if (!answer.distance || asked.label < 0) continue;
    ++found;
    EXPECT_EQ(answer.status, AnswerStatus::optimal) << seed;
    if (!answer.verified) continue;
    ++confirmed;
    const Eigen::VectorXd y = outputs_in_file(asked.network, answer.image);
    EXPECT_EQ(y(answer.target), y.maxCoeff()) << seed;
  }
  EXPECT_GT(found, 5);
  EXPECT_GE(confirmed, found - 1);  // a tie in a single point is none in the file
}

TEST(InFile, WhatTheFileDoesNotSayIsNotVerified) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Asked asked(seed, 1e-3);
    const ClosestAnswer answer = asked.search();
    if (!answer.distance || asked.label < 0) continue;
    EXPECT_FALSE(answer.verified) << seed;
    ++found;
  }
  EXPECT_GT(found, 5);
}

TEST(InFile, ANormalisationInFrontIsOneForTheFileToo) {
  Asked asked(1, 0);
  const Eigen::Vector4d x(0.1, 0.2, 0.7, 0.9), mean(0.3, -1, 2, 0), deviation(0.5, 3, 1, 0.1);
  const Eigen::VectorXd before =
      outputs_in_file(asked.network, (x - mean).cwiseQuotient(deviation));
  normalise_inputs(asked.network, {mean, deviation});
  EXPECT_EQ(outputs_in_file(asked.network, x), before);
  EXPECT_LE((outputs(asked.network, x) - before).cwiseAbs().maxCoeff(), 1e-10);
}

}  // namespace
}  // namespace brink
