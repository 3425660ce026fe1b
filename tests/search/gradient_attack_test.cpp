#include "brink/search/gradient_attack.h"

#include <gtest/gtest.h>

#include "search/asked.h"

namespace brink::search {
namespace {

struct Attacked {
  explicit Attacked(Norm norm, std::uint64_t seed) : asked(norm, seed) {
    asked.ask_any();
    const Box box = reach(asked.question, asked.image);
    for (const OutputRegion& region : asked.regions) {
      problems.emplace_back(asked.network, asked.image, box, region);
    }
    Ball whole(norm, asked.image, box, 0);
    whole.set_radius(whole.largest_radius());
    finds = gradient_attack(problems, whole, 0, seed, {});
  }
  Asked asked;
  std::vector<Problem> problems;
  std::vector<GradientFind> finds;
};

class GradientAttackOf : public ::testing::TestWithParam<Norm> {};

TEST_P(GradientAttackOf, FindsMeetTheirRowsInTheReachNearestFirst) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Attacked attacked(GetParam(), seed);
    double before = 0;
    for (const GradientFind& find : attacked.finds) {
      const Problem& problem = attacked.problems[find.region];
      EXPECT_GE(problem.slack(find.image), -1e-9);
      EXPECT_TRUE(problem.reach().contains(find.image));
      EXPECT_NEAR(distance(GetParam(), find.image, problem.image()), find.distance, 1e-12);
      EXPECT_GE(find.distance, before);
      before = find.distance;
    }
  }
}

TEST_P(GradientAttackOf, FindsAreNearlyTheNearest) {
  int found = 0, near = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Attacked attacked(GetParam(), seed);
    if (attacked.finds.empty()) continue;
    ++found;
    Asked asked = attacked.asked;
    asked.question.lead = 0;
    const ClosestResult best = asked.answer(1, Deadline::after(20));
    EXPECT_GE(attacked.finds.front().distance, best.bound * (1 - 1e-6));
    near += attacked.finds.front().distance <= 1.3 * best.distance ? 1 : 0;
  }
  EXPECT_GE(found, 8);
  EXPECT_GE(near, found * 2 / 3);
}

INSTANTIATE_TEST_SUITE_P(Norms, GradientAttackOf, ::testing::ValuesIn(kNorms),
                         [](const auto& norm) { return std::string(name(norm.param)); });

TEST(GradientAttack, NothingWithCostsAndNothingWithoutTime) {
  Asked asked(Norm::l0, 1);
  const Box box = reach(asked.question, asked.image);
  std::vector<Problem> problems;
  problems.emplace_back(asked.network, asked.image, box, asked.regions.front());
  const Eigen::VectorXd costs = Eigen::VectorXd::Constant(asked.image.size(), 2);
  const Ball priced(Norm::l0, asked.image, box, 3, 0, costs), whole(Norm::l0, asked.image, box, 3);
  EXPECT_TRUE(gradient_attack(problems, priced, 0, 0, {}).empty());
  EXPECT_TRUE(gradient_attack(problems, whole, 0, 0, Deadline::after(0)).empty());
}

// Those that are not much farther than what became of the ones before them; the rest stays.
TEST(GradientAttack, TheNearestAreOffered) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Attacked attacked(Norm::l2, seed);
    if (attacked.finds.empty()) continue;
    const Asked& asked = attacked.asked;
    const double nearest = attacked.finds.front().distance;
    Incumbent incumbent(asked.network, asked.question, asked.image, 0);
    offer_nearest(attacked.finds, asked.regions, incumbent);
    EXPECT_LE(incumbent.distance(), nearest);
    for (const GradientFind& left : attacked.finds) {
      EXPECT_GT(left.distance, incumbent.distance());
    }
  }
}

}  // namespace
}  // namespace brink::search
