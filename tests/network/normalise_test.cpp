#include "brink/network/normalise.h"

#include <gtest/gtest.h>

#include "brink/base/random.h"
#include "random_network.h"

namespace brink {
namespace {

Examples spread() {
  Examples examples(3);
  Random random(1);
  for (int i = 0; i < 50; ++i) {
    examples.add(Eigen::Vector3d(100 + 5 * random.uniform(), 7, -0.001 * random.uniform()), i % 2);
  }
  return examples;
}

TEST(Normalise, MeanAndDeviation) {
  const Examples examples = spread();
  const Normalisation by = normalisation_of(examples);
  const Normalisation after = normalisation_of(normalised(examples, by));
  EXPECT_NEAR(after.mean.cwiseAbs().maxCoeff(), 0, 1e-5);
  EXPECT_NEAR(after.deviation(0), 1, 1e-5);
  EXPECT_NEAR(after.deviation(2), 1, 1e-5);
  EXPECT_EQ(by.deviation(1), 1) << "never changes";
}

TEST(Normalise, ThatOfANetworkIsInItsFirstLayer) {
  Random random(2);
  const Network network = testing::random_network({3, 4, 2}, random);
  const Normalisation by{Eigen::Vector3d(1, -2, 30), Eigen::Vector3d(0.1, 4, 7)};
  Network front = network;
  normalise_inputs(front, by);
  const Eigen::Vector3d x(0.5, 3, 20);
  const Eigen::VectorXd expected = logits(network, (x - by.mean).cwiseQuotient(by.deviation));
  EXPECT_NEAR((logits(front, x) - expected).norm(), 0, 1e-12 * (1 + expected.norm()));
}

}  // namespace
}  // namespace brink
