// What must hold between answers, whatever the answers are.
#include <gtest/gtest.h>

#include <map>

#include "brink/formulate/formulate.h"
#include "cases.h"

namespace brink::oracle {
namespace {

/// An answerable case on the box [0, 1]^n without cap, from seeds upward of `seed`.
Case answerable_case(std::uint64_t& seed) {
  for (;; ++seed) {
    Case c = draw_case(seed);
    if (c.question.box != Box::uniform(c.network.input_size(), 0, 1)) continue;
    if (classify(c.network, c.image) != c.label) continue;
    c.question.cap.reset();
    c.question.breakpoints.reset();
    c.question.norm = Norm::l1;
    if (output_regions(c.question, c.network, c.label).empty()) continue;
    ++seed;
    return c;
  }
}

ClosestAnswer ask(const Case& c) {
  const Bounds bounds = reference_bounds(c.network, c.question.box, c.bounds);
  return closest_by_mip(c.network, bounds, c.question, c.image, c.label, c.options).value();
}

/// Bounds are the solver's, within its tolerances.
constexpr double kSlack = 1e-6;

TEST(NormsOracle, BoundsAndDistancesAreOrdered) {
  std::uint64_t seed = 50000;
  int compared = 0;
  while (compared < 25) {
    Case c = answerable_case(seed);
    c.options.distance_form = DistanceForm::tight;
    std::map<Norm, ClosestAnswer> answers;
    for (const Norm norm : kAllNorms) {
      c.question.norm = norm;
      answers[norm] = ask(c);
    }
    if (!answers[Norm::l1].distance) {  // no image in one norm, none in any
      for (const auto& [norm, answer] : answers) EXPECT_FALSE(answer.distance) << describe(c);
      continue;
    }
    ++compared;
    const std::pair<Norm, Norm> chain[] = {
        {Norm::linf, Norm::l2}, {Norm::l2, Norm::l1}, {Norm::l1, Norm::l0}};
    for (const auto& [smaller, larger] : chain) {
      ASSERT_TRUE(answers[smaller].distance && answers[larger].distance) << describe(c);
      EXPECT_LE(answers[smaller].bound, *answers[larger].distance + kSlack)
          << name(smaller) << " <= " << name(larger) << ": " << describe(c);
    }
  }
}

int binaries(const Case& c, DistanceForm form) {
  const Bounds bounds = reference_bounds(c.network, c.question.box, c.bounds);
  const auto region = output_regions(c.question, c.network, c.label).front();
  return closest_model(c.network, bounds, c.question, region, c.image, {}, {form, nullptr})
      .program.integer_count();
}

class Breakpoints : public ::testing::TestWithParam<int> {};

// The papers' lambda-formulation with adjacency binaries, and the convex segments without.
TEST_P(Breakpoints, LambdaFormulationEqualsSegments) {
  std::uint64_t seed = 60000;
  int compared = 0;
  while (compared < 10) {
    Case c = answerable_case(seed);
    if (c.network.input_size() > 4) continue;
    c.question.norm = Norm::l2;
    c.question.breakpoints = GetParam();
    c.options.distance_form = DistanceForm::papers;
    const ClosestAnswer literal = ask(c);
    c.options.distance_form = DistanceForm::tight;
    const ClosestAnswer segments = ask(c);
    ASSERT_EQ(name(literal.status), name(segments.status)) << describe(c);
    if (!literal.distance) continue;
    ++compared;
    ASSERT_TRUE(literal.linearised && segments.linearised) << describe(c);
    EXPECT_NEAR(*literal.linearised, *segments.linearised, 1e-6) << describe(c);
    EXPECT_EQ(binaries(c, DistanceForm::papers) - binaries(c, DistanceForm::tight),
              GetParam() * c.network.input_size());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Breakpoints, ::testing::Values(5, 9, 17));

}  // namespace
}  // namespace brink::oracle
