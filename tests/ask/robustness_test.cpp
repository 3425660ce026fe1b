// Robust within a radius, against the exact distance, in every norm; the limit is kept.
#include "brink/ask/robustness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "asked.h"
#include "brink/base/deadline.h"
#include "brink/search/parameters.h"
#include "sanitized.h"

namespace brink::testing {
namespace {

constexpr Norm kNorms[] = {Norm::l0, Norm::l1, Norm::l2, Norm::linf};

Robustness within(const testing::Asked& asked, double radius, RadiusAnswer* answer = nullptr) {
  auto result = robust_within(asked.network, asked.question, asked.image, asked.label, radius, {});
  EXPECT_TRUE(result) << result.error().message;
  if (!result) return Robustness::unknown;
  if (answer != nullptr) *answer = *result;
  return result->robustness;
}

void is_as_the_closest_example_is(const std::vector<int>& widths) {
  int robust = 0, broken = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    testing::Asked asked(seed, kNorms[seed % 4], 2, widths);
    if (asked.label < 0) continue;
    asked.question.target = {TargetRule::Kind::any, 0};
    const ClosestAnswer closest = asked.search();
    SCOPED_TRACE(fmt::format("seed {}: {} {}", seed, closest.bound, closest.distance.value_or(-1)));
    if (closest.status == AnswerStatus::infeasible) {
      EXPECT_EQ(within(asked, 3), Robustness::robust);
      continue;
    }
    if (closest.status != AnswerStatus::optimal) continue;
    const bool pixels = asked.question.norm == Norm::l0;
    const double below = pixels ? *closest.distance - 1 : 0.98 * closest.bound;
    RadiusAnswer found;
    EXPECT_EQ(within(asked, below, &found), Robustness::robust);
    EXPECT_GE(found.bound, below);
    EXPECT_LE(found.bound, *closest.distance) << "it claims more than is true";
    EXPECT_FALSE(found.distance);
    ++robust;
    const double above = pixels ? *closest.distance : 1.02 * *closest.distance;
    EXPECT_EQ(within(asked, above, &found), Robustness::not_robust);
    ++broken;
    ASSERT_TRUE(found.distance);
    EXPECT_TRUE(found.verified);
    EXPECT_LE(*found.distance, above);
    EXPECT_NE(classify(asked.network, found.image), asked.label);
  }
  EXPECT_GT(robust, 20);
  EXPECT_GT(broken, 20);
}

TEST(RobustWithin, IsAsTheClosestExampleIs) {
  is_as_the_closest_example_is({4, 6, 5, 3});
}

TEST(RobustWithin, OfAffineNetworks) {
  is_as_the_closest_example_is({4, 3});
}

TEST(RobustWithin, AsIfLarge) {
  ASSERT_TRUE(search::set_parameters("large_above=0"));
  is_as_the_closest_example_is({4, 6, 5, 3});
  ASSERT_TRUE(search::set_parameters("large_above=80"));
}

TEST(RobustWithin, WrongImagesAndRadii) {
  testing::Asked asked(3, Norm::linf, 2);
  asked.label = (classify(asked.network, asked.image) + 1) % 3;
  EXPECT_EQ(within(asked, 0.1), Robustness::misclassified);
  for (const double radius : {-0.1, std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_FALSE(
        robust_within(asked.network, asked.question, asked.image, asked.label, radius, {}));
  }
}

ClosestAnswer known(AnswerStatus status, std::optional<double> distance, double bound) {
  ClosestAnswer answer;
  answer.status = status;
  answer.distance = distance;
  answer.verified = distance.has_value();
  answer.bound = bound;
  answer.proof = "search";
  return answer;
}

TEST(RobustWithin, IsDecidedByWhatIsKnownOfTheNearest) {
  using enum Robustness;
  const auto says = [](const ClosestAnswer& answer) -> std::optional<Robustness> {
    const auto found = decided(answer, 0.5);
    return found ? std::optional(found->robustness) : std::nullopt;
  };
  EXPECT_EQ(says(known(AnswerStatus::optimal, 0.7, 0.7)), robust);
  EXPECT_EQ(says(known(AnswerStatus::time_limit, 0.9, 0.6)), robust);
  EXPECT_EQ(says(known(AnswerStatus::time_limit, {}, 0.6)), robust);
  EXPECT_EQ(says(known(AnswerStatus::infeasible, {}, 0)), robust);
  EXPECT_EQ(says(known(AnswerStatus::optimal, 0.5, 0.5)), not_robust);
  EXPECT_EQ(says(known(AnswerStatus::time_limit, 0.4, 0.1)), not_robust);
  EXPECT_EQ(says(known(AnswerStatus::misclassified, {}, 0)), misclassified);
  EXPECT_EQ(says(known(AnswerStatus::time_limit, 0.7, 0.5)), std::nullopt)
      << "at the radius is within";
  EXPECT_EQ(says(known(AnswerStatus::time_limit, 0.7, 0.3)), std::nullopt);
  EXPECT_EQ(says(known(AnswerStatus::error, {}, 0.7)), std::nullopt);
  ClosestAnswer unverified = known(AnswerStatus::time_limit, 0.4, 0.1);
  unverified.verified = false;
  EXPECT_EQ(says(unverified), std::nullopt);
  for (ClosestAnswer unproven :
       {known(AnswerStatus::optimal, 0.7, 0.7), known(AnswerStatus::infeasible, {}, 0)}) {
    unproven.proof.clear();
    EXPECT_EQ(says(unproven), std::nullopt);
  }
}

TEST(RobustWithin, IsDecidedByOtherRadii) {
  RadiusAnswer answer;
  answer.proof = "search";
  answer.robustness = Robustness::robust;
  answer.bound = 0.5;
  EXPECT_EQ(decided(answer, 0.4)->robustness, Robustness::robust);
  EXPECT_FALSE(decided(answer, 0.6));
  answer.robustness = Robustness::not_robust;
  answer.distance = 0.5;
  answer.bound = 0.1;
  EXPECT_EQ(decided(answer, 0.6)->robustness, Robustness::not_robust);
  EXPECT_FALSE(decided(answer, 0.4));
  answer.distance.reset();
  for (const Robustness open : {Robustness::unknown, Robustness::error}) {
    answer.robustness = open;
    EXPECT_FALSE(decided(answer, 0.6));
  }
}

/// A question that takes longer than any test.
struct LongQuestion {
  Random random{8};
  Network network = random_network({40, 120, 120, 120, 4}, random, 1.8);
  Eigen::VectorXd image = random_point(40, random);
  ClosestQuestion question;

  LongQuestion() {
    question.norm = Norm::linf;
    question.target = {TargetRule::Kind::any, 0};
    question.box = Box::uniform(40, 0, 1);
  }
  Expected<RadiusAnswer> ask(const SearchOptions& options = {},
                             const std::atomic<bool>* interrupt = nullptr) const {
    return robust_within(network, question, image, classify(network, image), 0.1, options,
                         interrupt);
  }
};

TEST(RobustWithin, EndsWhenItIsInterrupted) {
  const std::atomic<bool> interrupt = true;
  const auto result = LongQuestion().ask({}, &interrupt);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->robustness, Robustness::unknown);
  EXPECT_EQ(result->status, AnswerStatus::interrupted);
}

/// Other work on the machine may hold one try up, not three.
TEST(RobustWithin, KeepsTheLimitToHalfASecond) {
  const LongQuestion asked;
  SearchOptions options;
  options.time_limit = 1;
  double least = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Stopwatch watch;
    ASSERT_TRUE(asked.ask(options));
    least = std::min(least, watch.seconds());
  }
  EXPECT_LT(least, in_time(options.time_limit + 0.5));
}

}  // namespace
}  // namespace brink::testing
