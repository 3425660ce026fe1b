// Robust within a radius, against the exact distance, in every norm; the limit is kept.
#include "brink/ask/robustness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "asked.h"
#include "brink/base/deadline.h"

namespace brink::testing {
namespace {

constexpr Norm kNorms[] = {Norm::l0, Norm::l1, Norm::l2, Norm::linf};

Robustness within(const testing::Asked& asked, double radius, ClosestAnswer* answer = nullptr) {
  auto result = robust_within(asked.network, asked.question, asked.image, asked.label, radius, {});
  EXPECT_TRUE(result) << result.error().message;
  if (!result) return Robustness::unknown;
  if (answer != nullptr) *answer = result->answer;
  return result->robustness;
}

TEST(RobustWithin, IsAsTheClosestExampleIs) {
  int robust = 0, broken = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    testing::Asked asked(seed, kNorms[seed % 4], 2);
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
    EXPECT_EQ(within(asked, below), Robustness::robust);
    ++robust;
    ClosestAnswer found;
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

TEST(RobustWithin, WrongImagesAndRadii) {
  testing::Asked asked(3, Norm::linf, 2);
  asked.label = (classify(asked.network, asked.image) + 1) % 3;
  EXPECT_EQ(within(asked, 0.1), Robustness::misclassified);
  for (const double radius : {-0.1, std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_FALSE(
        robust_within(asked.network, asked.question, asked.image, asked.label, radius, {}));
  }
}

/// Other work on the machine may hold one try up, not three.
TEST(RobustWithin, KeepsTheLimitToHalfASecond) {
  Random random(8);
  const Network network = random_network({40, 120, 120, 120, 4}, random, 1.8);
  const Eigen::VectorXd image = random_point(40, random);
  ClosestQuestion question;
  question.norm = Norm::linf;
  question.target = {TargetRule::Kind::any, 0};
  question.box = Box::uniform(40, 0, 1);
  SearchOptions options;
  options.time_limit = 1;
  double least = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Stopwatch watch;
    const auto result =
        robust_within(network, question, image, classify(network, image), 0.1, options);
    ASSERT_TRUE(result);
    least = std::min(least, watch.seconds());
  }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  EXPECT_LT(least, 15);
#else
  EXPECT_LT(least, options.time_limit + 0.5);
#endif
}

}  // namespace
}  // namespace brink::testing
