// Large values without proof: attained, in the box, better than chance, never above the extreme.
#include "brink/search/extreme_heuristic.h"

#include <gtest/gtest.h>

#include "brink/bounds/bounds.h"
#include "brink/search/extreme.h"
#include "brink/search/tightening.h"
#include "random_network.h"

namespace brink::search {
namespace {

struct Hill {
  explicit Hill(std::uint64_t seed) : box(Box::uniform(30, 0, 1)) {
    Random random(seed);
    network = testing::random_network({30, 6, 6, 2}, random, 1.8);
    c = Eigen::Vector2d(1, -0.5);
    region.rows.push_back({c, 0});
  }
  Problem problem() const { return {network, Eigen::VectorXd::Constant(30, 0.5), box, region}; }

  double value(const Eigen::VectorXd& x) const { return c.dot(logits(network, x)); }

  Network network;
  Box box;
  Eigen::VectorXd c;
  OutputRegion region;
};

TEST(ExtremeHeuristic, ClimbsAboveRandomCornersNeverAboveTheExtreme) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
    const Hill hill(seed);
    const Problem problem = hill.problem();
    const Ball ball(Norm::linf, problem.image(), hill.box, 1e300);
    ExtremeHeuristic best(problem, ball);
    EXPECT_NEAR(best.value(), hill.value(problem.image()), 1e-9);
    Statistics statistics;
    best.search(box_bounds(problem), 20'000, {}, statistics);
    EXPECT_TRUE(hill.box.contains(best.point()));
    EXPECT_NEAR(best.value(), hill.value(best.point()), 1e-9);
    EXPECT_EQ(problem.slack(best.point()), best.value());

    Random random(seed);
    Eigen::VectorXd corner(30);
    for (int i = 0; i < 1000; ++i) {
      for (double& pixel : corner) pixel = random.index(2);
      EXPECT_GE(best.value(), hill.value(corner)) << "seed " << seed;
    }
    const auto exact = search_extreme(hill.network, symbolic_bounds(hill.network, hill.box), 3,
                                      hill.c, Deadline::after(60));
    ASSERT_TRUE(exact.finished);
    EXPECT_LE(best.value(), exact.bound);
  }
}

TEST(ExtremeHeuristic, KeepsOnlyWhatIsBetter) {
  const Hill hill(1);
  const Problem problem = hill.problem();
  const Ball ball(Norm::linf, problem.image(), hill.box, 1e300);
  ExtremeHeuristic best(problem, ball);
  best.ascend(Eigen::VectorXd::Zero(30));
  const double value = best.value();
  EXPECT_FALSE(best.offer(problem.image()));
  EXPECT_EQ(best.value(), value);
  EXPECT_EQ(problem.slack(best.point()), value);
}

}  // namespace
}  // namespace brink::search
