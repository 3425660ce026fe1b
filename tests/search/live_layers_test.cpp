#include "brink/search/live_layers.h"

#include <gtest/gtest.h>

#include "brink/search/kernels.h"
#include "search/random_node.h"

namespace brink::search {
namespace {

FloatRows random_rows(Eigen::Index rows, Eigen::Index cols, Random& random) {
  FloatRows a(rows, cols);
  for (float& entry : a.reshaped()) entry = static_cast<float>(random.uniform(-1, 1));
  return a;
}

// Of every size, those that leave a rest of items or columns included.
TEST(Kernels, CombineManyIsAProductInSinglePrecision) {
  Random random(31);
  for (const int items : {1, 2, 3, 4, 5, 9}) {
    for (int n = 1; n < 150; n += 1 + n / 12) {
      const int rows = 1 + random.index(40);
      const FloatRows x = random_rows(items, rows, random), a = random_rows(rows, n, random);
      FloatRows out = FloatRows::Constant(items, n, 7);
      kernels::combine_many(static_cast<std::size_t>(items), static_cast<std::size_t>(rows),
                            static_cast<std::size_t>(n), a.data(), x.data(), out.data());
      EXPECT_LT((out - x * a).cwiseAbs().maxCoeff(), 1e-4) << items << ' ' << rows << ' ' << n;
    }
  }
}

TEST(LiveLayers, WalkThroughTheNeuronsNamed) {
  Random random(32);
  for (int round = 0; round < 200; ++round) {
    const RandomNode asked(Norm::linf, random);
    Network network = asked.problem->network();
    if (round % 2 == 1) {
      for (Layer& layer : network.layers) {
        layer.weights = LinearMap::Sparse(layer.weights.to_dense().sparseView());
      }
    }
    const Problem problem(network, asked.problem->image(), asked.problem->reach(), asked.region);
    std::vector<std::vector<int>> live;
    for (int k = 1; k <= problem.hidden_layers(); ++k) {
      live.emplace_back();
      for (int j = 0; j < static_cast<int>(network.width(k)); ++j) {
        if (random.uniform() < 0.7) live.back().push_back(j);
      }
    }
    const LiveLayers layers(problem, live);
    EXPECT_TRUE(layers.hold(live));
    for (int k = 1; k <= problem.hidden_layers(); ++k) {
      const std::vector<int>& out = live[static_cast<std::size_t>(k - 1)];
      const Eigen::MatrixXd whole = network.layer(k).weights.to_dense();
      Eigen::MatrixXf part(
          static_cast<Eigen::Index>(out.size()),
          k == 1 ? whole.cols()
                 : static_cast<Eigen::Index>(live[static_cast<std::size_t>(k - 2)].size()));
      for (Eigen::Index j = 0; j < part.rows(); ++j) {
        for (Eigen::Index i = 0; i < part.cols(); ++i) {
          const Eigen::Index from =
              k == 1 ? i : live[static_cast<std::size_t>(k - 2)][static_cast<std::size_t>(i)];
          part(j, i) = static_cast<float>(whole(out[static_cast<std::size_t>(j)], from));
        }
      }
      const int items = 1 + random.index(6);
      const FloatRows a = random_rows(items, part.rows(), random);
      const FloatRows x = random_rows(items, part.cols(), random);
      FloatRows back, on;
      layers.back(k, a, back);
      layers.on(k, x, on);
      ASSERT_EQ(back.rows(), items);
      ASSERT_EQ(back.cols(), part.cols());
      ASSERT_EQ(on.cols(), part.rows());
      EXPECT_LT((back - a * part).norm(), 1e-4F);
      EXPECT_LT((on - x * part.transpose()).norm(), 1e-4F);
    }
    for (std::vector<int>& neurons : live) {
      neurons.push_back(1000);
      EXPECT_FALSE(layers.hold(live));
      neurons.pop_back();
    }
    EXPECT_FALSE(layers.hold({}));
  }
}

}  // namespace
}  // namespace brink::search
