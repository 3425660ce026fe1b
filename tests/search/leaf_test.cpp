// One pattern at a time, against the oracle's program of the same pattern.
#include "brink/search/leaf.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "brink/pattern/linf_projection.h"
#include "brink/pattern/polish.h"
#include "brink/pattern/projection.h"
#include "brink/search/move_program.h"
#include "brute_force.h"
#include "cancelling_outputs.h"
#include "random_network.h"

namespace brink::search {
namespace {

/// A small network, an image some of whose pixels are at a side of the box, and a pattern: one that
/// some image has, or one picked neuron by neuron, which hardly ever has a point.
struct OnePattern {
  OnePattern(const Distance& by, bool exists, Random& random)
      : network(testing::random_network({4, 4, 3, 3}, random)),
        image(testing::random_point(4, random)),
        box(Box::uniform(4, 0, 1)),
        question(question_of(by, box)) {
    for (double& pixel : image) pixel = random.uniform() < 0.3 ? random.index(2) : pixel;
    const Eigen::VectorXd inside = testing::random_point(4, random);
    phases = phases_at(network, inside);
    const Eigen::VectorXd y = outputs(network, inside);
    for (int i = 0; i < 2; ++i) {
      const Eigen::VectorXd coefficients = testing::random_point(y.size(), random, -1, 1);
      const double beyond = random.uniform() < 0.3 ? 0.3 * random.uniform() : 0;
      region.rows.push_back({coefficients, coefficients.dot(y) + beyond - 0.02});
    }
    for (auto& layer : phases) {
      for (std::size_t j = 0; !exists && j < layer.size(); ++j) layer[j] = random.uniform() < 0.5;
    }
    problem.emplace(network, image, box, region);
    truth = nearest_of(question, {cell_of(network, phases, box, image)}, region);
  }
  LeafResult solve(double radius, const Deadline& deadline = {}) const {
    const Ball ball(question.norm, image, box, radius, question.breakpoints.value_or(0));
    return solve_leaf(*problem, region, phases, ball, deadline);
  }
  /// By which x lies outside the pattern or the region.
  double violation(const Eigen::VectorXd& x) const {
    return std::max(0.0, -pattern_slacks(network, phases, region, x).minCoeff());
  }

  Network network;
  Eigen::VectorXd image;
  Box box;
  ClosestQuestion question;
  Phases phases;
  OutputRegion region;
  std::optional<Problem> problem;
  double truth = 0;
};

class LeafOf : public ::testing::TestWithParam<Distance> {};

TEST_P(LeafOf, EqualsBruteForceAtEveryRadius) {
  Random random(31);
  int found = 0, excluded = 0, nowhere = 0;
  for (int round = 0; round < 400; ++round) {
    const OnePattern asked(GetParam(), round % 4 != 0, random);
    const bool whole = asked.question.norm == Norm::l0;
    const double base = std::isinf(asked.truth) ? 1 : asked.truth;
    for (const double radius : {0.4 * base, whole ? base - 1 : (1 - 1e-5) * base,
                                whole ? base : (1 + 1e-5) * base, 2.5 * base}) {
      if (radius <= 0) continue;
      const LeafResult leaf = asked.solve(radius);
      const bool within = radius >= asked.truth;
      EXPECT_EQ(leaf.empty, !within) << round << " at " << radius << " of " << asked.truth;
      (std::isinf(asked.truth) ? nowhere : within ? found : excluded) += 1;
      if (!within) continue;
      EXPECT_LE(leaf.bound, asked.truth + 1e-12) << round;
      if (!whole) {
        EXPECT_GE(leaf.bound, asked.truth * (1 - 1e-6) - 1e-9) << round;
      }
      ASSERT_TRUE(leaf.point) << round;
      EXPECT_TRUE(asked.box.contains(*leaf.point)) << round;
      EXPECT_LE(asked.violation(*leaf.point), 1e-8) << round;
      const double reached = measured_distance(asked.question, asked.image, *leaf.point);
      EXPECT_LE(reached, (whole ? radius : asked.truth) * (1 + 1e-6) + 1e-8) << round;
    }
  }
  EXPECT_GT(found, 80);
  EXPECT_GT(excluded, 80);
  EXPECT_GT(nowhere, 80);
}

// Whatever a program was stopped at, its claims hold.
TEST_P(LeafOf, DeadlineMakesNoClaimFalse) {
  Random random(32);
  for (int round = 0; round < 100; ++round) {
    const OnePattern asked(GetParam(), true, random);
    if (std::isinf(asked.truth) || asked.truth == 0) continue;
    const double seconds = round % 2 == 0 ? 0 : 1e-4 * random.uniform();
    const LeafResult leaf = asked.solve(2 * asked.truth, Deadline::after(seconds));
    EXPECT_FALSE(leaf.empty) << round;
    EXPECT_LE(leaf.bound, asked.truth + 1e-12) << round;
  }
}

/// Neurons whose walls all pass through one point but for the rounding of their biases, most of
/// them nearly combinations of a few: phases as they are at the point, which hardly another has.
struct ManyWalls {
  explicit ManyWalls(Random& random)
      : network(testing::random_network({6, 12, 2}, random)),
        image(testing::random_point(6, random)),
        point(testing::random_point(6, random)) {
    Layer& first = network.layers.front();
    const double unlike = std::pow(10.0, random.uniform(-8, 0));
    for (Eigen::Index j = 4; j < first.weights.dense().rows(); ++j) {
      first.weights.dense().row(j) *= unlike;
      for (Eigen::Index i = 0; i < 4; ++i) {
        first.weights.dense().row(j) += 3 * random.normal() * first.weights.dense().row(i);
      }
    }
    first.bias = -(first.weights * point);
    region.rows.push_back({Eigen::Vector2d(1, -1), 0});
    phases = {std::vector<bool>(12, true)};
    const Eigen::VectorXd slacks = pattern_slacks(network, phases, region, point);
    for (std::size_t j = 0; j < 12; ++j) phases[0][j] = slacks(static_cast<Eigen::Index>(j)) >= 0;
    const double last = pattern_slacks(network, phases, region, point)(12);
    region.rows[0].rhs = last - 1e-15 * std::abs(last);
  }
  Network network;
  Eigen::VectorXd image, point;
  OutputRegion region;
  Phases phases;
};

// Simplex and projection may fail here, or call a program infeasible that is not.
TEST_P(LeafOf, KeepsAPointOnManyWalls) {
  Random random(34);
  int informative = 0;
  for (int round = 0; round < 150; ++round) {
    const ManyWalls asked(random);
    const Box box = Box::uniform(6, 0, 1);
    const Problem problem(asked.network, asked.image, box, asked.region);
    const double far = measured_distance(question_of(GetParam(), box), asked.image, asked.point);
    const Ball ball(GetParam().norm, asked.image, box, far * (1 + 1e-12), GetParam().breakpoints);
    const LeafResult leaf = solve_leaf(problem, asked.region, asked.phases, ball, {});
    EXPECT_FALSE(leaf.empty) << round;
    EXPECT_LE(leaf.bound, far * (1 + 1e-12)) << round;
    informative += leaf.bound > 0.5 * far ? 1 : 0;
  }
  EXPECT_GT(informative, 50);
}

INSTANTIATE_TEST_SUITE_P(Distances, LeafOf, ::testing::ValuesIn(kDistances), name_of);

TEST(Leaf, CountsWhatCancellationTakes) {
  for (const double size : {1.1e8, 1.3e11, 1.7e13}) {
    for (const double a : {0.71, 0.88, 0.66, 0.52}) {
      for (const double level : {0.5, 1.0}) {  // both are breakpoints
        const CancellingOutputs c(size, a, level);
        const Eigen::VectorXd image = c.image();
        const Box box = c.box();
        const OutputRegion region{1, false, {{Eigen::Vector2d(-1, 1), 0}}};
        const Problem problem(c.network, image, box, region);
        for (const Distance& by : kDistances) {
          const Ball ball(by.norm, image, box, 1, by.breakpoints);
          const LeafResult leaf = solve_leaf(problem, region, {{true, true}}, ball, {});
          EXPECT_FALSE(leaf.empty) << size << " " << a << " " << level << name(by.norm);
          EXPECT_LE(leaf.bound, (by.norm == Norm::l0 ? 1 : level) + 1e-12)
              << size << " " << a << " " << level << name(by.norm) << by.breakpoints;
        }
      }
    }
  }
}

TEST(Leaf, ExtremeOfAPatternEqualsBruteForce) {
  Random random(33);
  int some = 0, none = 0;
  for (int round = 0; round < 300; ++round) {
    const OnePattern asked({Norm::l1}, round % 2 == 0, random);
    const OutputRegion row{0, false, {{testing::random_point(3, random, -1, 1), 0.0}}, 0};
    const PatternExtreme extreme = pattern_extreme(*asked.problem, row, asked.phases, {});
    const oracle::Cell cell = cell_of(asked.network, asked.phases, asked.box, asked.image);
    if (oracle::least_violation(cell.polytope) > oracle::kFeasible) {
      ++none;
      EXPECT_EQ(extreme.bound, -kNowhere) << round;
      continue;
    }
    ++some;
    // The row's value less a number below it: pieces are >= 0 (oracle/tiny_lp.h).
    const oracle::Vector c = row.rows[0].coefficients.cast<oracle::Real>();
    const oracle::Real high = 100;
    const auto gap = oracle::minimise(
        oracle::relaxed(cell.polytope, oracle::kFeasible),
        {{0, -(cell.output.matrix.transpose() * c), high - c.dot(cell.output.offset)}}, 1);
    const auto truth = static_cast<double>(high - gap->value);
    EXPECT_GE(extreme.bound, truth - 1e-10) << round;
    EXPECT_LE(extreme.bound, truth + 1e-7) << round;
    ASSERT_EQ(extreme.point.size(), 4) << round;
    EXPECT_TRUE(asked.box.contains(extreme.point)) << round;
    EXPECT_NEAR(row.rows[0].coefficients.dot(outputs(asked.network, extreme.point)), truth, 1e-6);
  }
  EXPECT_GT(some, 100);
  EXPECT_GT(none, 100);
}

TEST(Leaf, ExtremeKeepsAPointOnManyWalls) {
  Random random(35);
  int informative = 0;
  for (int round = 0; round < 300; ++round) {
    const ManyWalls asked(random);
    const OutputRegion row{0, false, {{Eigen::Vector2d(1, -1), 0}}, 0};
    const Problem problem(asked.network, asked.image, Box::uniform(6, 0, 1), row);
    const double value = pattern_slacks(asked.network, asked.phases, row, asked.point)(12);
    const PatternExtreme extreme = pattern_extreme(problem, row, asked.phases, {});
    EXPECT_GE(extreme.bound, value) << round;
    informative += extreme.bound < value + 1e-3 ? 1 : 0;
  }
  EXPECT_GT(informative, 50);
}

/// The distance to all rows of a pattern; infinity: none.
double distance_to(const PatternPolytope& polytope, Norm norm, const Eigen::VectorXd& image,
                   const Box& box) {
  if (norm == Norm::l2) {
    const auto nearest = project(image, polytope.rows, polytope.rhs, box);
    return nearest ? (nearest->point - image).norm() : kInfinity;
  }
  if (norm == Norm::linf) {
    return LinfProjection(polytope.rows, image, box).nearest(polytope.rhs).bound;
  }
  PatternPolytope moved = polytope;
  moved.rhs -= polytope.rows * image;
  MoveProgram moves = move_program({moved.rows, moved.rhs, {box.lower - image, box.upper - image}});
  for (Column& column : moves.program.columns) column.cost = 1;
  return LpSolver(moves.program).solve().objective;
}

// Where there are hundreds of neurons, rows join as they are needed.
TEST(LargeLeaf, EqualsAllRowsTogether) {
  Random random(37);
  const Box box = Box::uniform(12, 0, 1);
  int found = 0, excluded = 0, nowhere = 0;
  for (int round = 0; round < 60; ++round) {
    const Network network = testing::random_network({12, 90, 80, 3}, random);
    const Eigen::VectorXd image = testing::random_point(12, random);
    Eigen::VectorXd point = image;
    for (double& x : point) x = std::clamp(x + random.uniform(-0.1, 0.1), 0.0, 1.0);
    Phases phases = phases_at(network, point);
    for (int flips = random.index(4); flips > 0; --flips) {
      auto& layer = phases[static_cast<std::size_t>(random.index(2))];
      layer[static_cast<std::size_t>(random.index(80))].flip();
    }
    const Eigen::VectorXd y = logits(network, point);
    OutputRegion region{1, false, {}};
    region.rows.push_back({Eigen::Vector3d(-1, 1, 0), y(1) - y(0)});
    const Problem problem(network, image, box, region);
    const PatternPolytope whole = pattern_polytope(network, phases, region);
    for (const Norm norm : {Norm::l1, Norm::l2, Norm::linf}) {
      const double truth = distance_to(whole, norm, image, box);
      const double base = std::isinf(truth) ? 0.1 : truth;
      nowhere += std::isinf(truth) ? 1 : 0;
      for (const double share : {0.5, 1 - 1e-5, 1 + 1e-5, 2.0}) {
        const Ball ball(norm, image, box, share * base);
        const LeafResult leaf = solve_leaf(problem, region, phases, ball, {});
        EXPECT_EQ(leaf.empty, truth > share * base) << round;
        (leaf.empty ? excluded : found) += 1;
        if (leaf.empty) continue;
        EXPECT_NEAR(leaf.bound, truth, 1e-7 * truth);
        ASSERT_TRUE(leaf.point);
        EXPECT_GT(pattern_slacks(network, phases, region, *leaf.point).minCoeff(), -1e-7);
      }
    }
  }
  EXPECT_GT(found, 50);
  EXPECT_GT(excluded, 200);
  EXPECT_GT(nowhere, 20);
}

}  // namespace
}  // namespace brink::search
