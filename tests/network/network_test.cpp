#include "brink/network/network.h"

#include <gtest/gtest.h>

#include <cmath>

#include "random_network.h"

namespace brink {
namespace {

/// By hand: y^1 = (x_1 - x_2, x_1 + x_2 - 1), y^2 = (2 x^1_1, x^1_1 - x^1_2 + 3).
Network by_hand(OutputKind output) {
  return {{{Eigen::Matrix2d{{1, -1}, {1, 1}}, Eigen::Vector2d(0, -1)},
           {Eigen::Matrix2d{{2, 0}, {1, -1}}, Eigen::Vector2d(0, 3)}},
          output};
}

TEST(Network, ForwardPassByHand) {
  const Eigen::Vector2d x(1, 3);  // y^1 = (-2, 3), x^1 = (0, 3), y^2 = (0, 0)
  const auto y = pre_activations(by_hand(OutputKind::linear), x);
  ASSERT_EQ(y.size(), 2U);
  EXPECT_EQ(y[0], Eigen::VectorXd(Eigen::Vector2d(-2, 3)));
  EXPECT_EQ(y[1], Eigen::VectorXd(Eigen::Vector2d(0, 0)));
  const Eigen::Vector2d further(1, 4);  // x^1 = (0, 4), y^2 = (0, -1)
  EXPECT_EQ(logits(by_hand(OutputKind::relu), further), Eigen::VectorXd(Eigen::Vector2d(0, -1)));
  EXPECT_EQ(outputs(by_hand(OutputKind::linear), further), Eigen::VectorXd(Eigen::Vector2d(0, -1)));
  EXPECT_EQ(outputs(by_hand(OutputKind::relu), further), Eigen::VectorXd(Eigen::Vector2d(0, 0)));
}

TEST(Network, ClassIsTheStrictlyLargestOutput) {
  EXPECT_EQ(classify(by_hand(OutputKind::linear), Eigen::Vector2d(1, 3)), -1);
  EXPECT_EQ(classify(by_hand(OutputKind::linear), Eigen::Vector2d(1, 4)), 0);
  EXPECT_EQ(classify(by_hand(OutputKind::relu), Eigen::Vector2d(1, 4)), -1);
  EXPECT_EQ(classify(by_hand(OutputKind::linear), Eigen::Vector2d(0, 0)), 1);
}

TEST(Network, CheckSaysWhatIsWrong) {
  EXPECT_TRUE(check(by_hand(OutputKind::relu)));
  EXPECT_FALSE(check(Network{}));
  Network broken = by_hand(OutputKind::linear);
  broken.layers[1].bias.resize(3);
  EXPECT_FALSE(check(broken));
  broken = by_hand(OutputKind::linear);
  broken.layers[1].weights.dense().resize(2, 5);
  broken.layers[1].weights.dense().setZero();
  const auto sizes = check(broken);
  ASSERT_FALSE(sizes);
  EXPECT_NE(sizes.error().message.find("layer 2 takes 5 inputs"), std::string::npos);
  broken = by_hand(OutputKind::linear);
  broken.layers[0].weights.dense()(0, 1) = std::nan("");
  EXPECT_FALSE(check(broken));
}

TEST(Network, HashTellsNetworksApart) {
  const std::string hash = content_hash(by_hand(OutputKind::linear));
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(hash, content_hash(by_hand(OutputKind::linear)));
  EXPECT_NE(hash, content_hash(by_hand(OutputKind::relu)));
  Network other = by_hand(OutputKind::linear);
  other.layers[1].bias(1) = std::nextafter(3.0, 4.0);
  EXPECT_NE(hash, content_hash(other));
}

}  // namespace
}  // namespace brink
