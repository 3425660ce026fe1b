// The search as a whole, on networks too large for the oracle: what threads and limits may change
// and what they may not.
#include "brink/search/closest_search.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "brink/solve/lp.h"
#include "random_network.h"
#include "search/asked.h"

namespace brink::search {
namespace {

/// Two outputs, the second M h_0 - M' h_1 of hidden neurons whose weights on the pixel make the two
/// products agree to all but their last digits. The slope that is left is known exactly.
struct Cancelling {
  Network network;
  double optimum = 0;  ///< of pixel 0, for an output of at least 0.5
};

Cancelling cancelling(double size, double a, double b) {
  const double less = (size * a - 1) / b;
  Cancelling result;
  result.network.layers.resize(2);
  Layer& first = result.network.layers[0];
  first.weights = Eigen::Matrix2d{{a, 0}, {b, 0}};
  first.bias = Eigen::Vector2d(1, 1);
  Layer& last = result.network.layers[1];
  last.weights = Eigen::Matrix2d{{0, 0}, {size, -less}};
  last.bias = Eigen::Vector2d(0.5, less - size);
  // fma gives the products' tails, so the difference of the products has all its digits.
  const double one = size * a, two = less * b;
  const double slope = (one - two) + (std::fma(size, a, -one) - std::fma(less, b, -two));
  result.optimum = 0.5 / slope;
  return result;
}

TEST(ClosestSearch, ClaimsNothingThatCancellationTakesBack) {
  for (const double size : {1.1e8, 1.3e11, 1.7e13}) {
    for (const auto& [a, b] :
         {std::pair(0.71, 0.93), std::pair(0.88, 0.57), std::pair(0.66, 0.79)}) {
      const Cancelling c = cancelling(size, a, b);
      ASSERT_EQ((size - (size * a - 1) / b) + c.network.layers[1].bias(1), 0);
      for (const Norm norm : kNorms) {
        ClosestQuestion question = papers_question();
        question.norm = norm;
        question.box = Box::uniform(2, 0, 1);
        question.target = {TargetRule::Kind::fixed, 1};
        question.margin = 1;
        question.target_min.reset();
        const ClosestResult result =
            search_closest(c.network, question, output_regions(question, c.network, 0),
                           Eigen::Vector2d(0, 0), {}, {});
        const double optimum = norm == Norm::l0 ? 1 : c.optimum;
        EXPECT_LE(result.bound, optimum + 1e-12) << name(norm) << ", weights of " << size;
      }
    }
  }
}

class ClosestSearchOf : public ::testing::TestWithParam<Norm> {};

TEST_P(ClosestSearchOf, RepeatsItselfWithOneThread) {
  const Asked asked(GetParam());
  const ClosestResult first = asked.answer(1), second = asked.answer(1);
  ASSERT_TRUE(first.finished);
  EXPECT_EQ(first.statistics.nodes, second.statistics.nodes);
  EXPECT_EQ(first.statistics.iterations, second.statistics.iterations);
  EXPECT_EQ(first.image, second.image);
}

TEST_P(ClosestSearchOf, MeansTheSameWithManyThreads) {
  const Asked asked(GetParam());
  const ClosestResult alone = asked.answer(1);
  ASSERT_TRUE(alone.finished);
  for (const int threads : {2, 5}) {
    const ClosestResult together = asked.answer(threads);
    EXPECT_TRUE(together.finished);
    const double tolerance = GetParam() == Norm::l2 ? 1e-4 * alone.distance : 2e-6;
    EXPECT_NEAR(together.distance, alone.distance, tolerance) << threads << " threads";
    EXPECT_LE(together.bound, alone.distance + 1e-12);
    EXPECT_LE(alone.bound, together.distance + 1e-12);
  }
}

/// Without heuristics, so the tree has to come upon the optimum itself; a lost node may be where
/// it is.
TEST_P(ClosestSearchOf, TreeMissesNothingWhileThreadsComeAndGo) {
  const Asked asked(GetParam());
  const ClosestResult alone = asked.answer(1);
  const Box reach = asked.question.box;
  Ball ball(GetParam(), asked.image, reach, 0);
  ball.set_radius(ball.largest_radius());
  const OutputRegion& region = asked.regions.front();
  const Problem problem(asked.network, asked.image, reach, region);
  Incumbent incumbent(asked.network, asked.question, asked.image, 0);
  Statistics statistics;
  SpareThreads spare(5);
  const SpareThreads::Piece piece(spare, 1);
  BallBounds shared;
  Tree tree(problem, region, ball, incumbent, shared, statistics, 1, &spare);
  Outcome outcome = tree.exclude(ball.radius(), {{}, 200});
  int rounds = 0;
  for (; outcome == Outcome::stopped; ++rounds) {
    const SpareThreads::Piece other(spare, rounds % 5);  // leaves 4, 2, 1, 1 or no threads to lend
    outcome = tree.resume({{}, 200});
  }
  EXPECT_EQ(outcome, Outcome::empty);
  EXPECT_GT(rounds, 10);
  const double tolerance = GetParam() == Norm::l2 ? 1e-4 * alone.distance : 2e-6;
  EXPECT_NEAR(incumbent.distance(), alone.distance, tolerance);
}

void expect_stopped_bounds_hold(const Asked& asked, double tolerance) {
  const ClosestResult whole = asked.answer(1);
  ASSERT_TRUE(whole.finished);
  for (const double share : {0.02, 0.1, 0.3, 0.6, 1.5}) {
    const double seconds =
        share * (whole.statistics.tree_seconds + whole.statistics.tightening_seconds);
    for (const auto& [threads, lent] : {std::pair{1, 0}, {3, 0}, {1, 2}}) {
      SpareThreads spare(lent);
      const ClosestResult part = asked.answer(threads, Deadline::after(seconds), 0, &spare);
      EXPECT_LE(part.bound, whole.distance + 1e-12) << share << ", " << threads << " threads";
      EXPECT_GE(part.distance, whole.bound - 1e-12);
      if (part.finished) {
        EXPECT_NEAR(part.distance, whole.distance, tolerance * whole.distance);
      }
    }
  }
}

TEST_P(ClosestSearchOf, StoppedBoundsHold) {
  Asked asked(GetParam());
  const double tolerance = GetParam() == Norm::l2 ? 1e-4 : 2e-6;
  expect_stopped_bounds_hold(asked, tolerance);
  asked.ask_any();  // regions whose turns a limit cuts short
  expect_stopped_bounds_hold(asked, tolerance);
}

TEST_P(ClosestSearchOf, WithinARadiusFindsWhatIsThereAndNoBoundBeyond) {
  const Asked asked(GetParam());
  const bool pixels = GetParam() == Norm::l0;
  const ClosestResult whole = asked.answer(1);
  ASSERT_TRUE(whole.finished);
  ClosestOptions options;
  options.within = pixels ? whole.distance - 1 : 0.97 * whole.bound;
  const ClosestResult below = asked.answer(options);
  EXPECT_TRUE(below.finished);
  EXPECT_FALSE(below.nothing) << "what is farther was not looked at";
  EXPECT_EQ(below.bound, pixels ? whole.distance : options.within);
  options.within = pixels ? whole.distance : 1.03 * whole.distance;
  const ClosestResult above = asked.answer(options);
  EXPECT_TRUE(above.finished);
  EXPECT_NEAR(above.distance, whole.distance,
              (GetParam() == Norm::l2 ? 1e-4 : 2e-6) * whole.distance);
  EXPECT_LE(above.bound, whole.distance);
}

TEST_P(ClosestSearchOf, GapAskedForIsEnough) {
  const Asked asked(GetParam());
  const ClosestResult whole = asked.answer(1), loose = asked.answer(2, {}, 0.2);
  EXPECT_TRUE(loose.finished);
  EXPECT_LE(loose.bound, whole.distance + 1e-12);
  EXPECT_LE(loose.distance, whole.distance * 1.2 / 0.8 + 1);
}

INSTANTIATE_TEST_SUITE_P(Norms, ClosestSearchOf, ::testing::ValuesIn(kNorms),
                         [](const auto& test) { return std::string(name(test.param)); });

/// The fewest pixels whose moves lead into the region of an affine network; -1: none do.
int fewest_by_enumeration(const OutputRegion& region, const Layer& layer,
                          const Eigen::VectorXd& image) {
  const auto pixels = static_cast<int>(image.size());
  int best = -1;
  for (int chosen = 0; chosen < 1 << pixels; ++chosen) {
    const int count = std::popcount(static_cast<unsigned>(chosen));
    if (best >= 0 && count >= best) continue;
    Program program;
    for (int j = 0; j < pixels; ++j) {
      const bool moves = (chosen >> j & 1) != 0;
      program.add_column({"", moves ? 0.0 : image(j), moves ? 1.0 : image(j), 0, false});
    }
    for (const OutputRow& output : region.rows) {
      const Eigen::VectorXd form = layer.weights.dense().transpose() * output.coefficients;
      Row row;
      for (int j = 0; j < pixels; ++j) row.terms.push_back({j, form(j)});
      row.lower = output.rhs - output.coefficients.dot(layer.bias);
      program.rows.push_back(std::move(row));
    }
    if (LpSolver(program).solve().status == SolveStatus::optimal) best = count;
  }
  return best;
}

TEST(ClosestSearch, FewestPixelsOfAffineNetworks) {
  Random random(12);
  int several = 0;
  for (int round = 0; round < 40; ++round) {
    const Network network = testing::random_network({9, 4}, random, 2);
    Eigen::VectorXd image(9);
    for (double& pixel : image) pixel = random.uniform(0, 1);
    const int label = classify(network, image);
    ClosestQuestion question = papers_question();
    question.norm = Norm::l0;
    question.box = Box::uniform(9, 0, 1);
    question.target = {TargetRule::Kind::fixed, (label + 1) % 4};
    const auto regions = output_regions(question, network, label);
    const ClosestResult result = search_closest(network, question, regions, image, {}, {});
    EXPECT_TRUE(result.finished) << round;
    const int fewest = fewest_by_enumeration(regions.front(), network.layers.front(), image);
    if (fewest < 0) {
      EXPECT_TRUE(std::isinf(result.distance)) << round;
      continue;
    }
    EXPECT_EQ(result.distance, fewest) << round;
    EXPECT_EQ(result.bound, fewest) << round;
    several += fewest > 1 ? 1 : 0;
  }
  EXPECT_GT(several, 5);
}

TEST(ClosestSearch, TreesOfTheseTestsAreLarge) {
  const Asked asked(Norm::l1);
  const Statistics statistics = asked.answer(1).statistics;
  EXPECT_GT(statistics.nodes, 1200);
  EXPECT_GT(statistics.unstable_neurons, 10);
  EXPECT_LE(statistics.unstable_neurons, 20 + 16 + 12);
  EXPECT_GT(statistics.patterns, 0);
  EXPECT_GT(statistics.pattern_seconds, 0);
}

}  // namespace
}  // namespace brink::search
