#include "brink/pattern/near_pattern.h"

#include <gtest/gtest.h>

#include "brink/pattern/linf_projection.h"
#include "brink/pattern/projection.h"
#include "brink/program/program.h"
#include "brink/solve/lp.h"
#include "random_network.h"

namespace brink {
namespace {

/// A network of more neurons than join at once, its pattern at a point, and an image elsewhere.
struct Asked {
  explicit Asked(Random& random)
      : network(testing::random_network({12, 90, 80, 3}, random)),
        image(testing::random_point(12, random)),
        point(image) {
    for (double& x : point) x = std::clamp(x + random.uniform(-0.1, 0.1), 0.0, 1.0);
    const Eigen::VectorXd y = logits(network, point);
    // A row that the point meets, the image perhaps not.
    region.rows.push_back({Eigen::Vector3d(-1, 1, 0), y(1) - y(0)});
  }

  Network network;
  Eigen::VectorXd image, point;
  OutputRegion region{1, false, {}};
};

double length(Norm norm, const Eigen::VectorXd& d) {
  if (norm == Norm::l1) return d.lpNorm<1>();
  return norm == Norm::l2 ? d.norm() : d.lpNorm<Eigen::Infinity>();
}

/// The least L1 distance with every row, by a program.
double least_sum(const PatternPolytope& polytope, const Eigen::VectorXd& image, const Box& box) {
  Program program;
  const auto size = static_cast<int>(image.size());
  for (int j = 0; j < size; ++j) program.add_column({"", box.lower(j), box.upper(j), 0, false});
  for (int j = 0; j < size; ++j) {
    const int d = program.add_column({"", 0, 10, 1, false});
    program.rows.push_back({"", {{j, 1}, {d, -1}}, -kInfinity, image(j)});
    program.rows.push_back({"", {{j, 1}, {d, 1}}, image(j), kInfinity});
  }
  for (Eigen::Index r = 0; r < polytope.rows.rows(); ++r) {
    Row row;
    for (int j = 0; j < size; ++j) row.terms.push_back({j, polytope.rows(r, j)});
    row.lower = polytope.rhs(r);
    program.rows.push_back(std::move(row));
  }
  return LpSolver(program).solve().objective;
}

TEST(NearPattern, ItsRowsAreThePolytopes) {
  Random random(7);
  const Asked asked(random);
  const Phases phases = phases_at(asked.network, asked.point);
  const PatternPolytope whole = pattern_polytope(asked.network, phases, asked.region);
  const std::vector<Eigen::Index> numbers{170, 3, 89, 90, 169, 0};
  const Eigen::MatrixXd rows = pattern_rows(asked.network, phases, asked.region, numbers);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto r = static_cast<Eigen::Index>(i);
    EXPECT_LT((rows.row(r) - whole.rows.row(numbers[i])).cwiseAbs().maxCoeff(), 1e-12);
  }
}

TEST(NearPattern, NeededRowsGiveTheNearestPointOfAll) {
  Random random(8);
  int away = 0;
  for (int round = 0; round < 20; ++round) {
    const Asked asked(random);
    const Phases phases = phases_at(asked.network, asked.point);
    const PatternPolytope whole = pattern_polytope(asked.network, phases, asked.region);
    const Box box = Box::uniform(12, 0, 1);
    for (const Norm norm : {Norm::l1, Norm::l2, Norm::linf}) {
      const auto solver =
          near_pattern(norm, asked.network, phases, asked.region, asked.image, box, 2);
      const auto found = solver->nearest(0, {});
      ASSERT_TRUE(found);
      EXPECT_GT((whole.rows * *found - whole.rhs).minCoeff(), -1e-8);
      const double reached = length(norm, *found - asked.image);
      const double least =
          norm == Norm::l1 ? least_sum(whole, asked.image, box)
          : norm == Norm::l2
              ? length(norm, project(asked.image, whole.rows, whole.rhs, box)->point - asked.image)
              : length(norm,
                       *LinfProjection(whole.rows, asked.image, box).nearest(whole.rhs).point -
                           asked.image);
      EXPECT_NEAR(reached, least, 1e-7 * (1 + least));
      away += reached > 1e-3 ? 1 : 0;
      // Farther inward is farther away, and the same object answers it.
      const auto inside = solver->nearest(1e-4, {});
      if (inside) {
        EXPECT_GE(length(norm, *inside - asked.image), reached - 1e-9);
      }
    }
  }
  EXPECT_GT(away, 20);
}

}  // namespace
}  // namespace brink
