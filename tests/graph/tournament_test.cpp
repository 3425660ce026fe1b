// Maxima of lowered networks: what is noted of their players, against the values themselves.
#include <gtest/gtest.h>

#include <numeric>

#include "brink/graph/units.h"
#include "random_network.h"

namespace brink {
namespace {

using graph::Affine;
using graph::Selection;
using graph::Units;

Affine random_map(const Affine& v, int size, Random& random) {
  Eigen::MatrixXd map(size, v.size());
  for (double& each : map.reshaped()) each = random.normal();
  return graph::mapped(v, graph::Matrix(map), testing::random_point(size, random, -1, 1));
}

/// Windows of five values, two of which share matches; a sum of all that are largest, so that the
/// output needs each.
struct Pool {
  Random random{7};
  Units units{4};
  Affine players = random_map(units.inputs(), 5, random);
  std::vector<Selection> lists = {{0, 1, 2}, {0, 1, 3, 4}, {2, 3}};

  Affine output(const Affine& v) { return random_map(units.largest(v, lists), 2, random); }
  Network network(const Affine& out) { return *lower(units.blocks(), out, units.tournaments()); }
};

double value_of(const Network& network, const Part& part, const Eigen::VectorXd& x) {
  const double y = pre_activations(network, x)[static_cast<std::size_t>(part.k - 1)](part.j);
  EXPECT_FALSE(network.layer(part.k).is_linear(part.j));
  return std::max(0.0, part.off ? -y : y);
}

/// What the players lack of the largest.
std::vector<double> lacks(const Network& network, const Maximum& maximum,
                          const Eigen::VectorXd& x) {
  std::vector<double> result;
  for (const auto& parts : maximum) {
    result.push_back(0);
    for (const Part& part : parts) result.back() += value_of(network, part, x);
  }
  return result;
}

void expect_lacks(const Network& network, const std::vector<std::vector<Eigen::Index>>& lists,
                  const std::function<Eigen::VectorXd(const Eigen::VectorXd&)>& players) {
  ASSERT_EQ(network.maxima.size(), lists.size());
  Random random(8);
  for (int i = 0; i < 100; ++i) {
    const Eigen::VectorXd x = testing::random_point(4, random, -1, 1);
    const Eigen::VectorXd a = players(x);
    for (std::size_t m = 0; m < lists.size(); ++m) {
      const auto lack = lacks(network, network.maxima[m], x);
      ASSERT_EQ(lack.size(), lists[m].size());
      const double most = a(lists[m]).maxCoeff();
      for (std::size_t p = 0; p < lack.size(); ++p) {
        EXPECT_NEAR(lack[p], most - a(lists[m][p]), 1e-12);
      }
    }
  }
}

TEST(Tournament, NotesWhatPlayersLack) {
  Pool pool;
  const Network network = pool.network(pool.output(pool.players));
  const auto map = pool.players.terms.at(0);
  expect_lacks(network, pool.lists, [&](const Eigen::VectorXd& x) {
    return Eigen::VectorXd(map.apply(x) + pool.players.constant);
  });
}

TEST(Tournament, ReluIsOnePlayerMore) {
  Pool pool;
  const Network network = pool.network(pool.output(pool.units.relu(pool.players)));
  const auto map = pool.players.terms.at(0);
  auto lists = pool.lists;
  for (auto& list : lists) list.push_back(5);
  expect_lacks(network, lists, [&](const Eigen::VectorXd& x) {
    Eigen::VectorXd a(6);
    a << map.apply(x) + pool.players.constant, 0;
    return a;
  });
}

TEST(Tournament, MatchesOfOtherUseAreNotNoted) {
  Pool pool;
  const Affine out = pool.output(pool.players);
  EXPECT_EQ(pool.network(out).maxima.size(), 3U);
  const Affine twice = graph::selected(pool.players, {0, 2});  // as the first round has them
  const Affine same = graph::selected(pool.players, {1, 3});
  const Affine other = pool.units.relu(twice - same);
  EXPECT_EQ(pool.network(out + other).maxima.size(), 3U);  // {0, 1}, {2, 3}: a block of its own
  Units units(2);
  const Affine v = units.inputs();
  const Affine a = graph::selected(v, {0}), b = graph::selected(v, {1});
  const Affine largest = units.largest(v, {{0, 1}});
  EXPECT_EQ(units.tournaments().size(), 1U);
  const Affine root = units.relu(a - b);  // a root may be used elsewhere
  EXPECT_EQ(lower(units.blocks(), largest + root, units.tournaments())->maxima.size(), 1U);
}

TEST(Tournament, MatchBelowTheRootThatIsUsedElsewhere) {
  Units units(3);
  const Affine v = units.inputs();
  units.largest(v, {{0, 1, 2}});
  EXPECT_EQ(units.tournaments().size(), 1U);
  units.relu(graph::selected(v, {0}) - graph::selected(v, {1}));
  EXPECT_TRUE(units.tournaments().empty());
}

TEST(Tournament, TheOutputsOwnReluHasNoRoot) {
  Pool pool;
  const Affine out = pool.units.largest(pool.units.relu(pool.players), pool.lists);
  const Network network = pool.network(out);
  EXPECT_EQ(network.output, OutputKind::relu);
  EXPECT_TRUE(network.maxima.empty());
}

}  // namespace
}  // namespace brink
