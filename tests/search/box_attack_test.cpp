#include "brink/search/box_attack.h"

#include <gtest/gtest.h>

namespace brink::search {
namespace {

// y_0 = relu(x - 0.6), and at least 0.3 is asked for: in the middle of the box all is dead.
TEST(BoxAttack, FindsWhatLiesBeyondDeadNeurons) {
  Network network;
  network.layers = {{Eigen::MatrixXd{{1}}, Eigen::VectorXd::Constant(1, -0.6)},
                    {Eigen::MatrixXd{{1}}, Eigen::VectorXd::Zero(1)}};
  const Box box = Box::uniform(1, 0, 1);
  OutputRegion region;
  region.rows = {{Eigen::VectorXd::Ones(1), 0.3}};
  const Problem problem(network, Eigen::VectorXd::Constant(1, 0.5), box, region);
  const RowMatrix middles = RowMatrix::Constant(2, 1, 0.5);
  const BoxFind find = attack_box(problem, box, middles, 20, {});
  EXPECT_GE(find.slack, 0);
  EXPECT_GE(find.x(0), 0.9);
  EXPECT_LE(find.x(0), 1);
  // From one point alone, as in a node, gradients are the network's own.
  EXPECT_LT(attack_box(problem, box, middles.topRows(1), 20, {}).slack, 0);
}

TEST(BoxAttack, StartsInTheMiddle) {
  Random random(83);
  const Box box = Box::uniform(3, -1, 3);
  const RowMatrix starts = random_starts(box, 5, random);
  ASSERT_EQ(starts.rows(), 5);
  EXPECT_EQ(Eigen::VectorXd(starts.row(0)), Eigen::VectorXd::Ones(3));
  for (Eigen::Index b = 0; b < starts.rows(); ++b) EXPECT_TRUE(box.contains(starts.row(b)));
}

TEST(BoxAttack, PointsOfFacesAreMostlyAtSides) {
  Random random(84);
  Box box = Box::uniform(5, -1, 3);
  box.upper(4) = box.lower(4);
  const RowMatrix points = random_on_faces(box, 1000, random);
  int edges = 0, inside = 0;
  for (Eigen::Index b = 0; b < points.rows(); ++b) {
    EXPECT_TRUE(box.contains(points.row(b)));
    const auto at_sides = (points.row(b).leftCols(4).array() == -1).count() +
                          (points.row(b).leftCols(4).array() == 3).count();
    edges += at_sides == 3 ? 1 : 0;
    inside += at_sides == 0 ? 1 : 0;
  }
  EXPECT_NEAR(edges, 410, 80);  // 4 (4/5)^3 / 5
  EXPECT_LT(inside, 10);
}

}  // namespace
}  // namespace brink::search
