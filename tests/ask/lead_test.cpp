// Images that lead, and images of whole grey levels: what their answers claim.
#include <gtest/gtest.h>

#include <cmath>

#include "brink/ask/closest.h"
#include "brink/ask/levels.h"
#include "brink/network/float32.h"
#include "random_network.h"

namespace brink::testing {
namespace {

struct Asked {
  Network network;
  Eigen::VectorXd image;
  int label = -1;
  ClosestQuestion question = papers_question();

  ClosestAnswer answer() const {
    SearchOptions options;
    options.time_limit = 60;
    return closest_by_search(network, question, image, label, options).value();
  }
};

/// Any other class, ties included; pixels in steps of 1/255.
Asked draw(Random& random, Norm norm) {
  Asked asked;
  while (asked.label < 0) {
    asked.network = random_network({12, 6, 6, 3}, random);
    asked.image = (255 * random_point(12, random)).array().round() / 255;
    asked.label = classify(asked.network, asked.image);
  }
  asked.question.norm = norm;
  asked.question.target = {TargetRule::Kind::any, 0};
  asked.question.margin = 1;
  asked.question.target_min.reset();
  asked.question.box = Box::uniform(12, 0, 1);
  return asked;
}

TEST(Lead, ImagesSurviveFloat32AndBoundsAreThoseOfTies) {
  Random random(11);
  int found = 0;
  for (int i = 0; i < 40; ++i) {
    Asked asked = draw(random, kAllNorms[static_cast<std::size_t>(i) % 4]);
    const ClosestAnswer led = asked.answer();
    asked.question.lead = 0;
    const ClosestAnswer tie = asked.answer();
    EXPECT_EQ(led.status == AnswerStatus::infeasible, tie.status == AnswerStatus::infeasible);
    EXPECT_EQ(tie.lead, 0);
    EXPECT_EQ(tie.lead_bound, tie.bound);
    if (!led.distance || !tie.distance) continue;
    ++found;
    EXPECT_EQ(led.status, AnswerStatus::optimal);
    EXPECT_TRUE(led.verified && led.float32);
    EXPECT_TRUE(survives_float32(asked.network, led.image, led.target));
    EXPECT_GT(led.lead, 0);
    const double slack = 2e-4 * *tie.distance + 1e-12;  // both bounds are short of what they bound
    EXPECT_LE(led.bound, *tie.distance);
    EXPECT_GE(led.bound, tie.bound - slack);
    EXPECT_LE(led.lead_bound, *led.distance);
    EXPECT_GE(led.lead_bound, led.bound);
    EXPECT_GE(*led.distance, tie.bound);
  }
  EXPECT_GE(found, 25);
}

TEST(Lead, AMarginAboveOneNeedsNone) {
  Random random(4);
  Asked asked = draw(random, Norm::l1);
  asked.question.margin = 1.2;
  EXPECT_FALSE(asked.question.leads());
  EXPECT_EQ(asked.answer().lead, 0);
}

/// A larger lead asked for is had, and costs distance.
TEST(Lead, IsMetByTheNumberAskedFor) {
  Random random(8);
  for (int i = 0; i < 12; ++i) {
    Asked asked = draw(random, kAllNorms[static_cast<std::size_t>(i) % 4]);
    asked.question.lead = 0.05;
    const ClosestAnswer answer = asked.answer();
    if (!answer.distance) continue;
    const Eigen::VectorXd y = outputs(asked.network, answer.image);
    for (int j = 0; j < y.size(); ++j) {
      if (j == answer.target) continue;
      EXPECT_GE(y(answer.target), y(j) + 0.05);
    }
    EXPECT_EQ(answer.lead, 0.05);
    EXPECT_TRUE(answer.verified);
  }
}

/// The other class is reached in one point only, by a tie.
TEST(Lead, TiesOnlyAreABoundWithoutAnImage) {
  Network network;  // y_0 - y_1 = relu(x - 1/2) + relu(1/2 - x)
  network.layers.push_back({Eigen::MatrixXd{{1}, {-1}}, Eigen::Vector2d(-0.5, 0.5)});
  network.layers.push_back({Eigen::Matrix2d{{1, 1}, {0, 0}}, Eigen::Vector2d(0, 0)});
  Asked asked;
  asked.network = network;
  asked.image = Eigen::VectorXd::Constant(1, 0.25);
  asked.label = 0;
  asked.question.norm = Norm::linf;
  asked.question.target = {TargetRule::Kind::any, 0};
  asked.question.margin = 1;
  asked.question.target_min.reset();
  asked.question.box = Box::uniform(1, 0, 1);
  const ClosestAnswer led = asked.answer();
  EXPECT_EQ(led.status, AnswerStatus::undecided);
  EXPECT_FALSE(led.distance);
  EXPECT_NEAR(led.bound, 0.25, 1e-6);
  EXPECT_LE(led.bound, 0.25);
  asked.question.lead = 0;
  const ClosestAnswer tie = asked.answer();
  EXPECT_EQ(tie.status, AnswerStatus::optimal);
  ASSERT_TRUE(tie.distance);
  EXPECT_EQ(*tie.distance, 0.25);
}

TEST(Levels, ImagesAreOnThemAndLead) {
  Random random(21);
  int found = 0, optimal = 0;
  for (int i = 0; i < 40; ++i) {
    Asked asked = draw(random, kAllNorms[static_cast<std::size_t>(i) % 4]);
    const ClosestAnswer any = asked.answer();
    asked.question.levels = 256;
    const ClosestAnswer grey = asked.answer();
    if (!any.distance) continue;
    ++found;
    ASSERT_TRUE(grey.distance);
    optimal += grey.status == AnswerStatus::optimal;
    EXPECT_TRUE(grey.status == AnswerStatus::optimal || grey.status == AnswerStatus::gap);
    EXPECT_TRUE(grey.verified && grey.float32);
    for (const double pixel : grey.image) {
      EXPECT_EQ(pixel, std::round(pixel * 255) / 255);
    }
    EXPECT_GE(*grey.distance, grey.lead_bound);
    if (asked.question.norm != Norm::l0) {
      EXPECT_LE(*grey.distance, *any.distance * 1.5 + 0.1);
    }
  }
  EXPECT_GE(found, 25);
  EXPECT_GE(optimal, 3);  // counts of pixels
}

}  // namespace
}  // namespace brink::testing
