// Networks side by side compute what each computes, and bounds by twins hold.
#include "brink/ask/joint_network.h"

#include <gtest/gtest.h>

#include "brink/search/box_bounds.h"
#include "brink/search/tightening.h"
#include "random_network.h"

namespace brink {
namespace {

Network moved(Network network, double by, Random& random) {
  for (Layer& layer : network.layers) {
    for (double& weight : layer.weights.dense().reshaped()) weight += by * random.normal();
  }
  return network;
}

TEST(JointNetwork, HasTheOutputsOfEach) {
  Random random(1);
  const Network a = testing::random_network({3, 5, 4, 2}, random);
  const Network b = testing::random_network({2, 4, 3}, random, 1.5, OutputKind::relu);
  const std::vector<std::vector<int>> reads = {{0, 1, 2}, {2, 3}};
  const JointNetwork joint = joint_network({&a, &b}, reads, Eigen::VectorXd::Ones(4));
  EXPECT_TRUE(joint.twins.empty());
  for (int i = 0; i < 20; ++i) {
    const Eigen::VectorXd x = testing::random_point(4, random, -1, 1);
    const Eigen::VectorXd y = outputs(joint.network, x);
    EXPECT_LT((y.head(2) - outputs(a, x(reads[0]))).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LT((y.tail(3) - outputs(b, x(reads[1]))).cwiseAbs().maxCoeff(), 1e-12);
  }
}

TEST(JointNetwork, BoundsByTwinsHoldAndAreTighter) {
  Random random(2);
  const Box whole = Box::uniform(3, -1, 1);
  int tighter = 0;
  for (int round = 0; round < 40; ++round) {
    const Network a = testing::random_network({3, 6, 5, 4, 2}, random);
    const Network b = moved(a, 0.02, random);
    const std::vector<std::vector<int>> reads = {{0, 1, 2}, {0, 1, 2}};
    const JointNetwork joint = joint_network({&a, &b}, reads, Eigen::VectorXd::Ones(3));
    ASSERT_EQ(joint.twins.size(), 15u);
    OutputRegion region;
    region.rows.push_back({Eigen::Vector4d(1, 0, -1, 0), 0});
    region.rows.push_back({Eigen::Vector4d(0, -1, 0, 1), 0});
    const search::Problem problem(joint.network, Eigen::VectorXd::Zero(3), whole, region);
    double highest[2] = {0, 0};
    for (const bool related : {true, false}) {
      search::BoxBounds bounder(problem, related ? joint.twins : std::vector<search::Twins>());
      Intervals bounds = search::box_bounds(problem);
      ASSERT_TRUE(bounder.tighten(whole, bounds));
      const search::InputForms forms = bounder.rows(problem);
      highest[related ? 0 : 1] = search::least_highest(forms, whole);
      for (int i = 0; i < 60; ++i) {
        const Eigen::VectorXd x = testing::random_point(3, random, -1, 1);
        const auto y = pre_activations(joint.network, x);
        for (int k = 1; k < joint.network.depth(); ++k) {
          for (Eigen::Index j = 0; j < joint.network.width(k); ++j) {
            const auto id = static_cast<std::size_t>(problem.neuron(k, static_cast<int>(j)));
            EXPECT_LE(bounds.lower[id], y[static_cast<std::size_t>(k - 1)](j) + 1e-13);
            EXPECT_GE(bounds.upper[id], y[static_cast<std::size_t>(k - 1)](j) - 1e-13);
          }
        }
        const Eigen::VectorXd slack = forms.a * x + forms.c;
        EXPECT_GE(slack(0), y.back()(0) - y.back()(2) - 1e-12);
        EXPECT_GE(slack(1), y.back()(3) - y.back()(1) - 1e-12);
      }
    }
    tighter += highest[0] < 0.5 * highest[1] ? 1 : 0;
  }
  EXPECT_GT(tighter, 30);
}

TEST(JointNetwork, EqualNetworksNeverDiffer) {
  Random random(5);
  const Network a = testing::random_network({4, 8, 8, 3}, random);
  const std::vector<std::vector<int>> reads = {{0, 1, 2, 3}, {0, 1, 2, 3}};
  const JointNetwork joint = joint_network({&a, &a}, reads, Eigen::VectorXd::Ones(4));
  OutputRegion region;
  Eigen::VectorXd row = Eigen::VectorXd::Zero(6);
  row(0) = 1;
  row(3) = -1;
  region.rows.push_back({row, 1e-9});
  const Box box = Box::uniform(4, -1, 1);
  const search::Problem problem(joint.network, Eigen::VectorXd::Zero(4), box, region);
  search::BoxBounds bounder(problem, joint.twins);
  Intervals bounds = search::box_bounds(problem);
  ASSERT_TRUE(bounder.tighten(box, bounds));
  EXPECT_TRUE(search::excludes(bounder.rows(problem), box));
}

TEST(SameShape, IsOfWidthsAndUnits) {
  Random random(6);
  const Network a = testing::random_network({4, 8, 3}, random);
  Network b = a;
  EXPECT_TRUE(same_shape(a, b));
  b.layers[0].linear.assign(8, 0);
  b.layers[0].linear[2] = 1;
  EXPECT_FALSE(same_shape(a, b));
  EXPECT_FALSE(same_shape(a, testing::random_network({4, 7, 3}, random)));
  EXPECT_FALSE(same_shape(a, testing::random_network({4, 8, 8, 3}, random)));
}

}  // namespace
}  // namespace brink
