// Trees and their workers against the oracle's enumeration of all patterns.
#include "brink/search/tree.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <stdexcept>

#include "asked.h"
#include "brink/pattern/polish.h"
#include "cancelling_outputs.h"
#include "closest_case.h"

namespace brink::search {
namespace {

/// A question whose answer is known, and a tree that knows nothing of it yet.
struct Grown : ClosestCase {
  Grown(const Distance& by, Random& random)
      : ClosestCase(by, random),
        ball(by.norm, image, question.box, 0, by.breakpoints),
        truth(distance_to(region)) {
    ball.set_radius(ball.largest_radius());
    forget();
  }
  /// As it was.
  void forget(int threads = 1, double lead = 0) {
    statistics = {};
    tree.reset();
    incumbent.emplace(network, question, image, 0);
    if (lead > 0) incumbent->set_lead({lead, false});
    shared.emplace();
    tree.emplace(*problem, region, ball, *incumbent, *shared, statistics, threads, nullptr, lead);
  }
  bool whole() const { return question.norm == Norm::l0; }
  /// By which the answer may miss the truth.
  double slack() const { return whole() ? 0 : optimality_slack(question, truth) + 1e-9; }
  /// A radius short of the truth, as near as the claim has to be sharp.
  double just_below() const { return whole() ? truth - 1 : (1 - 1e-5) * truth; }

  Ball ball;
  double truth;
  Statistics statistics;
  std::optional<Incumbent> incumbent;
  std::optional<BallBounds> shared;
  std::optional<Tree> tree;
};

void expect_right_at_the_end(const Grown& asked, int round) {
  EXPECT_LE(asked.tree->excluded_bound(), asked.truth + 1e-12) << round;
  EXPECT_GE(asked.tree->excluded_bound(), asked.truth - asked.slack()) << round;
  EXPECT_NEAR(asked.incumbent->distance(), asked.truth, asked.slack()) << round;
  EXPECT_EQ(asked.tree->open_nodes(), 0U);
}

class TreeOf : public ::testing::TestWithParam<Distance> {};

TEST_P(TreeOf, ExcludesWhatIsNearerThanTheNearest) {
  Random random(61);
  int some = 0, none = 0, branched = 0;
  for (int round = 0; round < 60; ++round) {
    Grown asked(GetParam(), random);
    const bool exists = !std::isinf(asked.truth);
    if (asked.truth == 0) continue;
    (exists ? some : none) += 1;
    const double far = asked.ball.largest_radius();
    for (const double radius :
         {exists ? 0.4 * asked.truth : 0.4 * far, exists ? asked.just_below() : far}) {
      asked.forget();
      EXPECT_EQ(asked.tree->exclude(radius, {}), Outcome::empty) << round << " at " << radius;
      EXPECT_EQ(asked.tree->excluded_bound(), beyond(asked.question.norm, radius)) << round;
      EXPECT_LE(asked.tree->excluded_bound(), asked.truth) << round;
      EXPECT_GE(asked.incumbent->distance(), asked.truth - 1e-9) << round;
      branched += asked.statistics.nodes > 2 ? 1 : 0;
    }
  }
  EXPECT_GT(some, 20);
  EXPECT_GT(none, 3);
  EXPECT_GT(branched, 5);
}

TEST_P(TreeOf, FindsTheNearestInALargerBall) {
  Random random(62);
  int found = 0, branched = 0;
  for (int round = 0; round < 60; ++round) {
    Grown asked(GetParam(), random);
    if (std::isinf(asked.truth) || asked.truth == 0) continue;
    for (const double radius : {1.01 * asked.truth, asked.ball.largest_radius()}) {
      asked.forget();
      ++found;
      ASSERT_EQ(asked.tree->exclude(std::max(radius, asked.truth), {}), Outcome::empty) << round;
      expect_right_at_the_end(asked, round);
      branched += asked.statistics.nodes > 5 ? 1 : 0;
    }
  }
  EXPECT_GT(found, 40);
  EXPECT_GT(branched, 10);
}

// An image that fools the network as it is: nothing is nearer, and no bound may say so.
TEST_P(TreeOf, ClaimsNothingBelowADistanceOfZero) {
  Random random(63);
  for (int round = 0; round < 20; ++round) {
    Grown asked(GetParam(), random);
    const int label = classify(asked.network, asked.image);
    asked.question.target = {TargetRule::Kind::fixed, label};
    asked.question.margin = 1;
    asked.question.target_min.reset();
    const OutputRegion own = output_regions(asked.question, asked.network, (label + 1) % 3).at(0);
    const Problem problem(asked.network, asked.image, asked.question.box, own);
    BallBounds shared;
    Tree tree(problem, own, asked.ball, *asked.incumbent, shared, asked.statistics, 1);
    if (tree.exclude(0.1 * asked.ball.radius(), {}) == Outcome::empty) {
      EXPECT_EQ(asked.incumbent->distance(), 0) << round << name(GetParam().norm);
    }
    EXPECT_LE(tree.excluded_bound(), 0) << round;
  }
}

TEST_P(TreeOf, StoppedAndResumedIsNotStopped) {
  Random random(64);
  int stops = 0;
  for (int round = 0; round < 30; ++round) {
    Grown asked(GetParam(), random);
    const Outcome straight = asked.tree->exclude(asked.ball.radius(), {});
    const Statistics once = asked.statistics;
    const Eigen::VectorXd image = asked.incumbent->image();
    asked.forget();
    Outcome outcome = asked.tree->exclude(asked.ball.radius(), {{}, 1});
    for (; outcome == Outcome::stopped; outcome = asked.tree->resume({{}, 1})) {
      ++stops;
      EXPECT_GT(asked.tree->open_nodes(), 0U);
    }
    EXPECT_EQ(outcome, straight) << round;
    EXPECT_EQ(asked.statistics.nodes, once.nodes) << round;
    EXPECT_EQ(asked.statistics.effort, once.effort) << round;
    EXPECT_EQ(asked.incumbent->image(), image) << round;
  }
  EXPECT_GT(stops, 40);
}

TEST_P(TreeOf, OpenBoundIsBelowTheNearest) {
  Random random(65);
  int informative = 0;
  for (int round = 0; round < 30; ++round) {
    Grown asked(GetParam(), random);
    EXPECT_EQ(asked.tree->open_bound({}), 0);  // not begun
    const int threads = 1 + round % 3;
    asked.forget(threads);
    Outcome outcome = asked.tree->exclude(asked.ball.radius(), {{}, 1});
    for (; outcome == Outcome::stopped; outcome = asked.tree->resume({{}, 1})) {
      EXPECT_LE(asked.tree->open_bound(Deadline::after(0)), asked.truth + 1e-12) << round;
      const double bound = asked.tree->open_bound({});
      EXPECT_GE(bound, 0);
      EXPECT_LE(bound, asked.truth + 1e-12) << round;
      informative += bound > 0.1 * asked.truth ? 1 : 0;
    }
    if (!std::isinf(asked.truth) && asked.truth > 0) expect_right_at_the_end(asked, round);
  }
  EXPECT_GT(informative, 5);
}

TEST_P(TreeOf, ThreadsAgree) {
  Random random(66);
  for (int round = 0; round < 30; ++round) {
    Grown asked(GetParam(), random);
    if (asked.truth == 0) continue;
    for (const int threads : {2, 4}) {
      asked.forget(threads);
      EXPECT_EQ(asked.tree->exclude(asked.ball.radius(), {}), Outcome::empty) << round;
      if (!std::isinf(asked.truth)) expect_right_at_the_end(asked, round);
      EXPECT_EQ(std::isinf(asked.incumbent->distance()), std::isinf(asked.truth)) << round;
    }
  }
}

TEST_P(TreeOf, DeadlineMakesNoClaimFalse) {
  Random random(67);
  int stopped = 0;
  for (int round = 0; round < 30; ++round) {
    Grown asked(GetParam(), random);
    EXPECT_EQ(asked.tree->exclude(asked.ball.radius(), {Deadline::after(0)}), Outcome::stopped);
    EXPECT_EQ(asked.tree->open_bound({}), 0);
    const Budget soon{Deadline::after(2e-3 * random.uniform())};
    if (asked.tree->exclude(asked.ball.radius(), soon) == Outcome::stopped) {
      ++stopped;
      EXPECT_LE(asked.tree->open_bound({}), asked.truth + 1e-12) << round;
      asked.tree->resume({});
    }
    EXPECT_LE(asked.tree->excluded_bound(), asked.truth + 1e-12) << round;
    EXPECT_EQ(std::isinf(asked.incumbent->distance()), std::isinf(asked.truth)) << round;
  }
  EXPECT_GT(stopped, 0);
}

// A flag that is raised at each find: nothing of what was open may be lost.
TEST_P(TreeOf, InterruptedAtEachFindItGoesOn) {
  Random random(71);
  int interrupted = 0;
  for (int round = 0; round < 30; ++round) {
    Grown asked(GetParam(), random);
    if (std::isinf(asked.truth) || asked.truth == 0) continue;
    asked.forget(1 + round % 3);
    std::atomic<bool> flag = false;
    asked.incumbent->on_improvement = [&flag] { flag = true; };
    const Budget budget{Deadline::after(1000, &flag)};
    Outcome outcome = asked.tree->exclude(asked.ball.radius(), budget);
    for (; outcome == Outcome::stopped; outcome = asked.tree->resume(budget)) {
      ++interrupted;
      flag = false;
    }
    EXPECT_EQ(outcome, Outcome::empty);
    expect_right_at_the_end(asked, round);
  }
  EXPECT_GT(interrupted, 20);
}

// A smaller ball after a larger one meets what the root has learnt.
TEST_P(TreeOf, SmallerBallsFollowLargerOnes) {
  Random random(68);
  for (int round = 0; round < 30; ++round) {
    Grown asked(GetParam(), random);
    if (std::isinf(asked.truth) || asked.truth == 0) continue;
    asked.tree->exclude(asked.ball.radius(), {{}, 1});
    const double radius = asked.just_below();
    EXPECT_EQ(asked.tree->exclude(radius, {}), Outcome::empty) << round;
    EXPECT_LE(asked.tree->excluded_bound(), asked.truth + 1e-12) << round;
    EXPECT_GE(asked.tree->excluded_bound(), asked.whole() ? asked.truth : radius - asked.slack())
        << round;
  }
}

TEST_P(TreeOf, ExcludesPointsWithTheLeadBesides) {
  Random random(69);
  int both = 0;
  for (int round = 0; round < 30; ++round) {
    Grown asked(GetParam(), random);
    const double lead = 0.05;
    const double led_truth = asked.distance_to(moved_inward(asked.region, lead));
    if (asked.truth == 0) continue;
    asked.forget(1 + round % 2, lead);
    ASSERT_EQ(asked.tree->exclude(asked.ball.radius(), {}), Outcome::empty) << round;
    const double far = asked.ball.largest_radius();
    EXPECT_LE(asked.tree->led_bound(),
              std::min(led_truth, beyond(asked.question.norm, far)) + 1e-12)
        << round;
    EXPECT_EQ(std::isinf(asked.incumbent->led_distance()), std::isinf(led_truth)) << round;
    if (!std::isinf(asked.truth)) expect_right_at_the_end(asked, round);
    if (std::isinf(led_truth)) continue;
    ++both;
    const double slack = asked.whole() ? 0 : optimality_slack(asked.question, led_truth) + 1e-9;
    EXPECT_NEAR(asked.incumbent->led_distance(), led_truth, slack) << round;
    EXPECT_GE(asked.tree->led_bound(), led_truth - slack) << round;
  }
  EXPECT_GT(both, 10);
}

INSTANTIATE_TEST_SUITE_P(Distances, TreeOf, ::testing::ValuesIn(kDistances), name_of);

// What arithmetic cannot decide is not said to be empty, and bounds leave room for it.
TEST(Tree, DoubtfulIsNotEmpty) {
  int doubtful = 0;
  for (const Distance& by : kDistances) {
    for (const double size : {1.1e8, 1.3e11, 1.7e13}) {
      for (const double level : {0.3, 0.5, 1 - 1e-9}) {  // of what the pixel can reach
        const CancellingOutputs c(size, 0.71, level);
        const Eigen::VectorXd image = c.image();
        ClosestQuestion question = question_of(by, c.box());
        question.target = {TargetRule::Kind::fixed, 1};
        const OutputRegion region = output_regions(question, c.network, 0).at(0);
        const Problem problem(c.network, image, question.box, region);
        const Ball ball(by.norm, image, question.box, 1, by.breakpoints);
        Incumbent incumbent(c.network, question, image, 0);
        Statistics statistics;
        BallBounds shared;
        Tree tree(problem, region, ball, incumbent, shared, statistics, 1);
        const Outcome outcome = tree.exclude(1, {});
        const double truth = measured_distance(question, image, (image.array() + level).matrix());
        EXPECT_LE(tree.excluded_bound(), truth + 1e-12)
            << name(by.norm) << by.breakpoints << " " << size << " " << level;
        if (outcome == Outcome::empty) continue;
        ++doubtful;
        EXPECT_EQ(outcome, Outcome::doubtful);
        EXPECT_GT(statistics.doubtful, 0);
      }
    }
  }
  EXPECT_GT(doubtful, 5);
}

// Nodes of threads that have gone wait between the bursts; open_bound() knows of them, and leaves
// them to whoever goes on. Too large for brute force.
TEST(Tree, OpenBoundKnowsOfNodesThatNobodyHas) {
  const Asked asked(Norm::l1);
  const double truth = asked.answer(1).distance;
  Ball ball(Norm::l1, asked.image, asked.question.box, 0);
  ball.set_radius(ball.largest_radius());
  const OutputRegion& region = asked.regions.front();
  const Problem problem(asked.network, asked.image, asked.question.box, region);
  Incumbent incumbent(asked.network, asked.question, asked.image, 0);
  Statistics statistics;
  SpareThreads spare(5);
  const SpareThreads::Piece piece(spare, 1);
  BallBounds shared;
  Tree tree(problem, region, ball, incumbent, shared, statistics, 1, &spare);
  Outcome outcome = tree.exclude(ball.radius(), {{}, 2000});
  for (int i = 0; outcome == Outcome::stopped; ++i) {
    const SpareThreads::Piece other(spare, i % 2 == 0 ? 4 : 0);  // leaves none to lend, or four
    outcome = tree.resume({{}, i % 2 == 0 ? 1 : 2000});
    EXPECT_LE(tree.open_bound({}), truth + 1e-12) << i;
  }
  EXPECT_EQ(outcome, Outcome::empty);
  EXPECT_NEAR(incumbent.distance(), truth, 1e-5);
  EXPECT_NEAR(tree.excluded_bound(), truth, 1e-5);
}

TEST(Tree, AnExceptionInAWorkerEndsTheOthers) {
  Random random(70);
  int thrown = 0;
  for (int round = 0; round < 20; ++round) {
    Grown asked({Norm::l1}, random);
    asked.forget(4);
    asked.incumbent->on_improvement = [] { throw std::runtime_error("no memory"); };
    try {
      asked.tree->exclude(asked.ball.radius(), {});
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  }
  EXPECT_GT(thrown, 5);
}

}  // namespace
}  // namespace brink::search
