// The fewest pixels into a polytope, against all subsets of pixels.
#include "brink/search/pixel_search.h"

#include <gtest/gtest.h>

#include <cmath>

#include "brink/solve/lp.h"
#include "brute_force.h"
#include "random_network.h"

namespace brink::search {
namespace {

/// Half-spaces around a point that differs from the image in a few pixels, or that no point meets
/// at all.
struct FewPixels {
  explicit FewPixels(Random& random)
      : image(testing::random_point(kPixels, random)), box(Box::uniform(kPixels, 0, 1)) {
    for (double& pixel : image) pixel = random.uniform() < 0.3 ? random.index(2) : pixel;
    if (random.uniform() < 0.3) box.lower(1) = box.upper(1) = image(1);  // may not move
    Eigen::VectorXd point = image;
    const int moved = 1 + random.index(4);
    for (int i = 0; i < moved; ++i) point(random.index(kPixels)) = random.uniform();
    const int rows = 2 + random.index(4);
    polytope.rows.resize(rows, kPixels);
    for (double& entry : polytope.rows.reshaped()) {
      entry = random.uniform() < 0.3 ? 0 : random.normal();
    }
    const double beyond = random.uniform() < 0.2 ? 1 : -0.05;
    polytope.rhs = (polytope.rows * point).array() + beyond * random.uniform();

    oracle::Cell cell;
    const oracle::Vector origin = image.cast<oracle::Real>();
    cell.polytope.lo = box.lower.cast<oracle::Real>() - origin;
    cell.polytope.hi = box.upper.cast<oracle::Real>() - origin;
    for (int r = 0; r < rows; ++r) {
      const oracle::Vector row = polytope.rows.row(r).transpose().cast<oracle::Real>();
      cell.polytope.require(row, static_cast<oracle::Real>(polytope.rhs(r)) - row.dot(origin));
    }
    truth = nearest_of(question_of({Norm::l0}, box), {cell}, {});
    // The search asks the problem for the image and the reach only.
    network = testing::random_network({kPixels, 2, 2}, random);
    region.rows.push_back({Eigen::VectorXd::Ones(2), 0});
    problem.emplace(network, image, box, region);
  }
  LeafResult solve(double limit, const Deadline& deadline = {}, const Eigen::VectorXd& costs = {},
                   std::int64_t most = std::numeric_limits<std::int64_t>::max()) const {
    return fewest_pixels(*problem, polytope, Ball(Norm::l0, image, box, limit, 0, costs), deadline,
                         most);
  }
  int changed(const Eigen::VectorXd& x) const {
    return static_cast<int>((x.array() != image.array()).count());
  }

  static constexpr int kPixels = 6;
  Eigen::VectorXd image;
  Box box;
  PatternPolytope polytope;
  double truth = 0;
  Network network;
  OutputRegion region;
  std::optional<Problem> problem;
};

TEST(PixelSearch, EqualsAllSubsetsAtEveryLimit) {
  Random random(41);
  std::array<int, FewPixels::kPixels + 1> counts{};
  int nowhere = 0, branched = 0;
  for (int round = 0; round < 400; ++round) {
    const FewPixels asked(random);
    const bool exists = !std::isinf(asked.truth);
    (exists ? counts.at(static_cast<std::size_t>(asked.truth)) : nowhere) += 1;
    for (int limit = 0; limit <= FewPixels::kPixels; ++limit) {
      const LeafResult result = asked.solve(limit);
      EXPECT_EQ(result.empty, limit < asked.truth) << round << ", limit " << limit;
      EXPECT_LE(result.bound, asked.truth) << round << ", limit " << limit;
      branched += result.programs > 2 ? 1 : 0;
      if (result.empty) {
        EXPECT_EQ(result.bound, limit + 1);
        EXPECT_FALSE(result.point);
        continue;
      }
      ASSERT_TRUE(result.point) << round << ", limit " << limit;
      EXPECT_TRUE(asked.box.contains(*result.point)) << round;
      EXPECT_LE(asked.changed(*result.point), limit) << round;
      const Eigen::VectorXd sides = asked.polytope.rows * *result.point - asked.polytope.rhs;
      EXPECT_GE(sides.minCoeff(), -1e-8) << round;
    }
  }
  for (const std::size_t few : {0, 1, 2, 3}) EXPECT_GT(counts.at(few), 10) << few;
  EXPECT_GT(nowhere, 20);
  EXPECT_GT(branched, 100);
}

TEST(PixelSearch, DeadlineClaimsNothing) {
  Random random(42);
  for (int round = 0; round < 60; ++round) {
    const FewPixels asked(random);
    for (const int limit : {0, 2, FewPixels::kPixels}) {
      const LeafResult none = asked.solve(limit, Deadline::after(0));
      EXPECT_FALSE(none.empty);
      EXPECT_FALSE(none.point);
      EXPECT_EQ(none.bound, 0);
      const LeafResult some = asked.solve(limit, Deadline::after(3e-4 * random.uniform()));
      EXPECT_FALSE(some.empty && limit >= asked.truth) << round;
      EXPECT_LE(some.bound, asked.truth) << round;
    }
  }
}

TEST(PixelSearch, FewProgramsClaimNoMoreThanTheyKnow) {
  Random random(45);
  int unfinished = 0;
  for (int round = 0; round < 200; ++round) {
    const FewPixels asked(random);
    for (int limit = 0; limit <= FewPixels::kPixels; ++limit) {
      const LeafResult whole = asked.solve(limit);
      EXPECT_FALSE(whole.unfinished);
      for (std::int64_t most = 1; most <= whole.programs; ++most) {
        const LeafResult some = asked.solve(limit, {}, {}, most);
        EXPECT_LE(some.programs, most);
        EXPECT_EQ(some.unfinished, most < whole.programs) << round << ", limit " << limit;
        EXPECT_LE(some.bound, asked.truth) << round << ", limit " << limit;
        EXPECT_EQ(some.empty, !some.unfinished && whole.empty);
        EXPECT_EQ(some.point.has_value(), !some.unfinished && whole.point.has_value());
        unfinished += some.unfinished ? 1 : 0;
      }
    }
  }
  EXPECT_GT(unfinished, 100);
}

/// The cheapest set of pixels that may move into the polytope, by one linear program a set.
double cheapest(const FewPixels& asked, const Eigen::VectorXd& costs) {
  double least = std::numeric_limits<double>::infinity();
  for (unsigned set = 0; set < (1U << FewPixels::kPixels); ++set) {
    double cost = 0;
    Program program;
    for (int j = 0; j < FewPixels::kPixels; ++j) {
      const bool moves = (set >> j & 1U) != 0;
      cost += moves ? costs(j) : 0;
      program.add_column({"", moves ? asked.box.lower(j) : asked.image(j),
                          moves ? asked.box.upper(j) : asked.image(j), 0, false});
    }
    if (cost >= least) continue;
    for (Eigen::Index r = 0; r < asked.polytope.rows.rows(); ++r) {
      Row row;
      row.lower = asked.polytope.rhs(r);
      for (int j = 0; j < FewPixels::kPixels; ++j) {
        row.terms.push_back({j, asked.polytope.rows(r, j)});
      }
      program.rows.push_back(row);
    }
    if (LpSolver(program).solve({}).status == SolveStatus::optimal) least = cost;
  }
  return least;
}

TEST(PixelSearch, WithCostsEqualsAllSubsets) {
  Random random(44);
  int other_than_fewest = 0;
  for (int round = 0; round < 150; ++round) {
    const FewPixels asked(random);
    Eigen::VectorXd costs(FewPixels::kPixels);
    for (double& cost : costs) cost = 1 + random.index(round % 3 == 0 ? 1'000'000 : 9);
    const double truth = cheapest(asked, costs);
    if (std::isinf(truth)) {
      EXPECT_TRUE(asked.solve(costs.sum(), {}, costs).empty) << round;
      continue;
    }
    EXPECT_TRUE(asked.solve(truth - 1, {}, costs).empty) << round;
    EXPECT_EQ(asked.solve(truth - 1, {}, costs).bound, truth) << round;
    const LeafResult result = asked.solve(truth, {}, costs);
    EXPECT_FALSE(result.empty) << round;
    ASSERT_TRUE(result.point) << round;
    EXPECT_LE((result.point->array() != asked.image.array()).select(costs, 0.0).sum(), truth);
    EXPECT_LE(result.bound, truth);
    other_than_fewest += asked.changed(*result.point) > asked.truth ? 1 : 0;
  }
  EXPECT_GT(other_than_fewest, 2);
}

// The relaxation says 2 x 0.5 of a pixel, so only branching tells one pixel from two.
TEST(PixelSearch, TwoHalvesAreTwoPixels) {
  Random random(43);
  FewPixels asked(random);
  asked.image.setZero();
  asked.box = Box::uniform(FewPixels::kPixels, 0, 1);
  asked.problem.emplace(asked.network, asked.image, asked.box, asked.region);
  asked.polytope.rows = Eigen::MatrixXd::Zero(2, FewPixels::kPixels);
  asked.polytope.rows(0, 2) = asked.polytope.rows(1, 4) = 1;
  asked.polytope.rhs = Eigen::Vector2d(0.5, 0.5);
  EXPECT_TRUE(asked.solve(1).empty);
  EXPECT_EQ(asked.solve(1).bound, 2);
  const LeafResult two = asked.solve(2);
  ASSERT_TRUE(two.point);
  EXPECT_EQ(asked.changed(*two.point), 2);
}

}  // namespace
}  // namespace brink::search
