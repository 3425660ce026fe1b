#include "brink/network/evaluate.h"

#include <gtest/gtest.h>

#include "random_network.h"

namespace brink {
namespace {

TEST(Evaluate, CountsWhatClassifySays) {
  Random random(21);
  const Network network = testing::random_network({4, 5, 3}, random);
  std::vector<Eigen::VectorXd> images;
  std::vector<int> labels;
  Eigen::MatrixXi expected = Eigen::MatrixXi::Zero(3, 4);
  for (int i = 0; i < 250; ++i) {
    images.push_back(testing::random_point(4, random, -1, 1));
    labels.push_back(random.index(3));
    ++expected(labels.back(), classify(network, images.back()));
  }
  for (const int threads : {1, 3}) {
    const Evaluation result = evaluate(
        network, 250, [&](int i) { return images[static_cast<std::size_t>(i)]; },
        [&](int i) { return labels[static_cast<std::size_t>(i)]; }, threads);
    EXPECT_EQ(result.confusion, expected);
    EXPECT_EQ(result.count(), 250);
    EXPECT_EQ(result.right(), expected(0, 0) + expected(1, 1) + expected(2, 2));
    EXPECT_EQ(result.accuracy(), result.right() / 250.0);
  }
}

TEST(Evaluate, TiesAreNeverRightAndLabelsMayExceedTheClasses) {
  const Network network{{{Eigen::MatrixXd::Zero(2, 1), Eigen::Vector2d(1, 1)}}, OutputKind::linear};
  const Evaluation result = evaluate(
      network, 3, [](int) { return Eigen::VectorXd::Zero(1); }, [](int i) { return i; }, 1);
  Eigen::MatrixXi expected = Eigen::MatrixXi::Zero(3, 4);
  expected.col(3).setOnes();
  EXPECT_EQ(result.confusion, expected);
  EXPECT_EQ(result.right(), 0);
}

TEST(Evaluate, NothingIsNeitherRightNorWrong) {
  const Network network{{{Eigen::MatrixXd::Zero(2, 1), Eigen::Vector2d(1, 1)}}, OutputKind::linear};
  const Evaluation result = evaluate(
      network, 0, [](int) { return Eigen::VectorXd::Zero(1); }, [](int) { return 0; }, 2);
  EXPECT_EQ(result.count(), 0);
  EXPECT_EQ(result.accuracy(), 0);
}

}  // namespace
}  // namespace brink
