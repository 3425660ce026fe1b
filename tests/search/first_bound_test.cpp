#include "brink/search/first_bound.h"

#include <gtest/gtest.h>

#include "search/asked.h"

namespace brink::search {
namespace {

/// Of the question's own network, image and regions.
double first_bound_of(const Asked& asked, const Deadline& deadline = {}) {
  const Box box = reach(asked.question, asked.image);
  std::vector<Problem> problems;
  for (const OutputRegion& region : asked.regions) {
    problems.emplace_back(asked.network, asked.image, box, region);
  }
  Ball whole(asked.question.norm, asked.image, box, 0);
  whole.set_radius(whole.largest_radius());
  return first_bound(problems, whole, deadline);
}

TEST(FirstBound, IsAboveZeroAndNotBeyondTheNearestImage) {
  for (const Norm norm : kNorms) {
    for (std::uint64_t seed = 10; seed < 14; ++seed) {
      Asked asked(norm, seed);
      if (seed % 2 == 1) asked.ask_any();
      const double bound = first_bound_of(asked);
      EXPECT_GT(bound, 0) << name(norm) << ' ' << seed;
      EXPECT_LE(bound, asked.answer(1, Deadline::after(10)).distance) << name(norm) << ' ' << seed;
    }
  }
}

TEST(FirstBound, IsNothingWithoutTime) {
  EXPECT_EQ(first_bound_of(Asked(Norm::linf), Deadline::after(0)), 0);
}

}  // namespace
}  // namespace brink::search
