#include "brink/search/incumbent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "brink/base/parallel.h"
#include "brink/pattern/polish.h"
#include "closest_case.h"

namespace brink::search {
namespace {

/// A question and points of its region.
struct Offers : ClosestCase {
  Offers(const Distance& by, Random& random, int count) : ClosestCase(by, random) {
    for (int i = 0; i < count; ++i) {
      const auto x = fooling_point(random);
      if (x) points.push_back(*x);
    }
  }
  /// To the point's own pattern.
  double pattern_distance(const Eigen::VectorXd& point, const OutputRegion& part) const {
    const Phases phases = phases_at(network, point);
    return nearest_of(question, {cell_of(network, phases, question.box, image)}, part);
  }
  /// What each point is worth alone.
  std::vector<double> alone() const {
    std::vector<double> distances;
    for (const Eigen::VectorXd& point : points) {
      Incumbent incumbent(network, question, image, 0);
      incumbent.offer(region, point);
      distances.push_back(incumbent.distance());
    }
    return distances;
  }
  std::vector<Eigen::VectorXd> points;
};

class IncumbentOf : public ::testing::TestWithParam<Distance> {};

TEST_P(IncumbentOf, TakesThePatternsNearestImage) {
  Random random(51);
  int offered = 0;
  for (int round = 0; round < 60; ++round) {
    const Offers asked(GetParam(), random, 3);
    for (const Eigen::VectorXd& point : asked.points) {
      ++offered;
      Incumbent incumbent(asked.network, asked.question, asked.image, 0);
      EXPECT_TRUE(incumbent.offer(asked.region, point));
      EXPECT_TRUE(asked.fooled_by(incumbent.image())) << round;
      const double reached = incumbent.distance();
      EXPECT_EQ(reached, measured_distance(asked.question, asked.image, incumbent.image()));
      if (asked.question.norm == Norm::l0) {  // of the point's own pixels, in any pattern
        EXPECT_LE(reached, distance(Norm::l0, point, asked.image));
      } else {
        EXPECT_NEAR(reached, asked.pattern_distance(point, asked.region), 1e-7) << round;
      }
      EXPECT_EQ(incumbent.patterns(), 1);
    }
  }
  EXPECT_GT(offered, 60);
}

TEST_P(IncumbentOf, KeepsTheNearest) {
  Random random(52);
  int improved = 0, refused = 0;
  for (int round = 0; round < 60; ++round) {
    const Offers asked(GetParam(), random, 8);
    const std::vector<double> alone = asked.alone();
    Incumbent incumbent(asked.network, asked.question, asked.image, 0);
    int told = 0;
    incumbent.on_improvement = [&told] { ++told; };
    double best = kNowhere;
    for (std::size_t i = 0; i < asked.points.size(); ++i) {
      const int told_before = told;
      EXPECT_EQ(incumbent.offer(asked.region, asked.points[i]), alone[i] < best) << round;
      EXPECT_EQ(told - told_before, alone[i] < best ? 1 : 0);
      (alone[i] < best ? improved : refused) += 1;
      best = std::min(best, alone[i]);
      EXPECT_EQ(incumbent.distance(), best);
      EXPECT_EQ(measured_distance(asked.question, asked.image, incumbent.image()), best);
      EXPECT_EQ(incumbent.region(), &asked.region);
    }
  }
  EXPECT_GT(improved, 30);
  EXPECT_GT(refused, 30);
}

TEST_P(IncumbentOf, KeepsTheNearestOfManyThreads) {
  Random random(53);
  for (int round = 0; round < 15; ++round) {
    const Offers asked(GetParam(), random, 24);
    const std::vector<double> alone = asked.alone();
    if (alone.empty()) continue;
    Incumbent incumbent(asked.network, asked.question, asked.image, 0);
    int told = 0;
    std::atomic<int> improved = 0, inside = 0;
    incumbent.on_improvement = [&] {  // under the lock
      EXPECT_EQ(++inside, 1);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      --inside;
      ++told;
    };
    parallel_for(static_cast<int>(asked.points.size()), 6, [&](int i) {
      improved += incumbent.offer(asked.region, asked.points[static_cast<std::size_t>(i)]) ? 1 : 0;
    });
    EXPECT_EQ(incumbent.distance(), *std::min_element(alone.begin(), alone.end())) << round;
    EXPECT_TRUE(asked.fooled_by(incumbent.image()));
    EXPECT_EQ(told, improved.load());
    EXPECT_EQ(incumbent.patterns(), std::ssize(asked.points));
  }
}

// Whatever is offered, what it keeps is an answer.
TEST_P(IncumbentOf, KeepsNothingThatDoesNotFool) {
  Random random(54);
  int refused = 0;
  for (int round = 0; round < 80; ++round) {
    const Offers asked(GetParam(), random, 0);
    Incumbent incumbent(asked.network, asked.question, asked.image, 0);
    if (!incumbent.offer(asked.region, testing::random_point(4, random))) {
      ++refused;
      EXPECT_EQ(incumbent.distance(), kNowhere);
      EXPECT_EQ(incumbent.search_radius(), kNowhere);
      EXPECT_EQ(incumbent.image().size(), 0);
      EXPECT_EQ(incumbent.region(), nullptr);
      continue;
    }
    EXPECT_TRUE(asked.fooled_by(incumbent.image())) << round;
  }
  EXPECT_GT(refused, 50);
}

TEST_P(IncumbentOf, TheLeadsImageIsKeptBesides) {
  Random random(55);
  int led = 0, farther = 0;
  for (int round = 0; round < 60; ++round) {
    const Offers asked(GetParam(), random, 4);
    const Lead lead{0.02, false};
    const OutputRegion deeper = moved_inward(asked.region, lead.value);
    Incumbent incumbent(asked.network, asked.question, asked.image, 0);
    EXPECT_EQ(incumbent.lead(asked.region), 0);
    const bool late = round % 2 == 0;  // the lead becomes known after the first image
    if (!late) incumbent.set_lead(lead);
    double best = kNowhere;
    for (const Eigen::VectorXd& point : asked.points) {
      incumbent.offer(asked.region, point);
      if (late && incumbent.lead().value == 0) incumbent.set_lead(lead);
      best = std::min(best, asked.pattern_distance(point, deeper));
      if (std::isinf(incumbent.led_distance())) continue;
      ++led;
      EXPECT_TRUE(asked.fooled_by(incumbent.image())) << round;
      EXPECT_TRUE(asked.fooled_by(incumbent.led_image(), lead)) << round;
      EXPECT_EQ(incumbent.led_region(), &asked.region);
      EXPECT_EQ(incumbent.led_distance(),
                measured_distance(asked.question, asked.image, incumbent.led_image()));
      EXPECT_GE(incumbent.led_distance(), incumbent.distance()) << round;
      farther += incumbent.led_distance() > incumbent.distance() + 1e-6 ? 1 : 0;
      // A first image was polished without the lead if that was not known.
      if (asked.question.norm == Norm::l0 || late) continue;
      EXPECT_LE(incumbent.led_distance(), best + 1e-6) << round;
    }
  }
  EXPECT_GT(led, 60);
  EXPECT_GT(farther, GetParam().norm == Norm::l0 ? 0 : 60);
}

TEST_P(IncumbentOf, RadiiLeaveOnlyWhatIsOptimalAnyway) {
  Random random(56);
  int known = 0;
  for (int round = 0; round < 40; ++round) {
    for (const double gap : {0.0, 0.3}) {
      const Offers asked(GetParam(), random, 4);
      Incumbent incumbent(asked.network, asked.question, asked.image, gap);
      incumbent.set_lead({0.02, false});
      EXPECT_EQ(incumbent.tree_radius(asked.region), kNowhere);
      for (const Eigen::VectorXd& point : asked.points) incumbent.offer(asked.region, point);
      const double far = incumbent.distance(), radius = incumbent.search_radius();
      if (std::isinf(far) || far == 0) continue;
      ++known;
      const double slack = optimality_slack(asked.question, far);
      if (asked.question.norm == Norm::l0) {
        EXPECT_EQ(radius, far - 1 - std::floor(gap * far));
      } else {
        EXPECT_LE(far - radius, std::max(slack, gap * far));
        EXPECT_GE(far - radius, 0.5 * std::max(slack, gap * far));
      }
      EXPECT_GE(incumbent.led_radius(), radius - 1e-9);
      EXPECT_EQ(std::isinf(incumbent.led_radius()), std::isinf(incumbent.led_distance()));
      EXPECT_EQ(incumbent.tree_radius(asked.region), std::max(incumbent.led_radius(), radius));
      OutputRegion zero = asked.region;  // leads by nothing
      zero.all_zero = true;
      EXPECT_EQ(incumbent.lead(zero), 0);
      EXPECT_EQ(incumbent.tree_radius(zero), radius);
    }
  }
  EXPECT_GT(known, 20);
}

INSTANTIATE_TEST_SUITE_P(Distances, IncumbentOf, ::testing::ValuesIn(kDistances), name_of);

/// Outputs 1/2 and the pixel: another class from 1/2 on, and another pattern from the wall on.
struct Half {
  explicit Half(double wall = 2) {
    network.layers = {{Eigen::MatrixXd{{1.0}, {1.0}}, Eigen::Vector2d(0, -wall)},
                      {Eigen::MatrixXd{{0, 0}, {1, 0}}, Eigen::Vector2d(0.5, 0)}};
    question = question_of({Norm::l1}, Box::uniform(network.input_size(), 0, 1));
    question.target = {TargetRule::Kind::fixed, 1};
    region = output_regions(question, network, 0).at(0);
  }
  Network network;
  ClosestQuestion question;
  Eigen::VectorXd image = Eigen::VectorXd{{0.25}};
  OutputRegion region;
};

TEST(Incumbent, WithoutALeadOneImageIsBoth) {
  const Half half;
  Incumbent incumbent(half.network, half.question, half.image, 0);
  EXPECT_TRUE(incumbent.offer(half.region, Eigen::VectorXd{{0.7}}));
  EXPECT_EQ(incumbent.led_distance(), 0.25);
  EXPECT_EQ(incumbent.led_radius(), incumbent.search_radius());
  EXPECT_EQ(incumbent.tree_radius(half.region), incumbent.search_radius());
  EXPECT_EQ(incumbent.led_image(), incumbent.image());
  EXPECT_EQ(incumbent.led_region(), &half.region);
}

TEST(Incumbent, ATouchingPointCountsWhereItIsNearer) {
  const Half half;
  const Eigen::VectorXd short_of_it{{std::nextafter(0.5, 0)}};
  ASSERT_FALSE(fools(half.question, half.network, half.region, half.image, short_of_it));
  Incumbent incumbent(half.network, half.question, half.image, 0);
  EXPECT_FALSE(incumbent.offer_touching(half.region, Eigen::VectorXd{{0.4}}));
  EXPECT_TRUE(incumbent.offer_touching(half.region, short_of_it));
  EXPECT_EQ(incumbent.distance(), 0.25);
  EXPECT_EQ(incumbent.image()(0), 0.5);
  EXPECT_FALSE(incumbent.offer_touching(half.region, short_of_it));  // no nearer
  // Nearer, but by less than an answer may miss.
  Incumbent good_enough(half.network, half.question, half.image, 0);
  EXPECT_TRUE(good_enough.offer_touching(half.region, Eigen::VectorXd{{0.5 + 1e-7}}));
  EXPECT_FALSE(good_enough.offer_touching(half.region, short_of_it));
}

TEST(Incumbent, BothImagesOfOneOfferForAFirstImageWithTheLead) {
  const Half half;
  Incumbent incumbent(half.network, half.question, half.image, 0);
  incumbent.set_lead({0.1, false});
  EXPECT_TRUE(incumbent.offer(half.region, Eigen::VectorXd{{0.7}}));
  EXPECT_EQ(incumbent.image()(0), 0.5);
  EXPECT_NEAR(incumbent.led_image()(0), 0.6, 1e-9);
  EXPECT_NEAR(incumbent.tree_radius(half.region), 0.35, 1e-5);
}

// The pattern of the find ends before the lead is met: a longer change in its direction does.
TEST(Incumbent, StretchesAChangeForAFirstImageWithTheLead) {
  const Half half(0.55);
  Incumbent incumbent(half.network, half.question, half.image, 0);
  incumbent.set_lead({0.1, false});
  EXPECT_TRUE(incumbent.offer(half.region, Eigen::VectorXd{{0.52}}));
  EXPECT_EQ(incumbent.distance(), 0.25);
  ASSERT_EQ(incumbent.led_image().size(), 1);
  EXPECT_GE(incumbent.led_image()(0), 0.6);
  EXPECT_TRUE(incumbent.offer(half.region, Eigen::VectorXd{{0.9}}));  // of the pattern beyond
  EXPECT_NEAR(incumbent.led_distance(), 0.35, 1e-9);
}

TEST(Incumbent, ALeadThatBecomesKnownLaterIsMetAtOnce) {
  const Half half;
  Incumbent incumbent(half.network, half.question, half.image, 0);
  EXPECT_TRUE(incumbent.offer(half.region, Eigen::VectorXd{{0.7}}));
  incumbent.set_lead({0.1, false});
  EXPECT_NEAR(incumbent.led_distance(), 0.35, 1e-9);
  EXPECT_EQ(incumbent.distance(), 0.25);
}

}  // namespace
}  // namespace brink::search
