// The MIP engine against the oracle, case by case.
//
//     BRINK_ORACLE_CASES=5000   that many cases in place of 1000 (blocks of 20, one test each)
//     BRINK_ORACLE_THREADS=2    cases of a block in parallel
//     BRINK_ORACLE_FIRST=1000   seeds from there on
//     BRINK_ORACLE_SEED=17      only this one (test OneCase)
//     BRINK_ORACLE_SOLVER=scip  by another solver than CBC
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <sstream>

#include "brink/base/parallel.h"
#include "brink/search/parameters.h"
#include "check.h"
#include "environment.h"
#include "kept_cases.h"

namespace brink::oracle {
namespace {

constexpr int kBlock = 20;

Verdict check_safely(const Case& c) {
  try {
    return check_case(c);
  } catch (const std::exception& error) {
    Verdict verdict;
    fmt::print("the oracle gave up: {}\n  {}\n", error.what(), describe(c));
    verdict.gave_up = true;
    return verdict;
  }
}

void report(const Case& c, const Verdict& verdict) {
  for (const std::string& complaint : verdict.complaints) {
    ADD_FAILURE() << complaint << "\n  " << describe(c);
  }
}

class ClosestOracle : public ::testing::TestWithParam<int> {};

/// A block of cases from seed `first` on.
void check_block(std::uint64_t first) {
  std::vector<Case> cases;
  for (int i = 0; i < kBlock; ++i)
    cases.push_back(draw_case(first + static_cast<std::uint64_t>(i)));
  std::vector<Verdict> verdicts(cases.size());
  const auto threads = static_cast<int>(from_environment("BRINK_ORACLE_THREADS", 1));
  parallel_for(kBlock, threads, [&](int i) {
    const auto at = static_cast<std::size_t>(i);
    verdicts[at] = check_safely(cases[at]);
  });
  std::map<std::string, int> seen;
  double engine = 0, truth = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    report(cases[i], verdicts[i]);
    ++seen[std::string(name(verdicts[i].status))];
    seen["either"] += verdicts[i].either;
    seen["given up"] += verdicts[i].gave_up;
    engine += verdicts[i].seconds_engine;
    truth += verdicts[i].seconds_oracle;
  }
  for (const auto& [what, count] : seen) ::testing::Test::RecordProperty(what, count);
  fmt::print("block from {}:", first);
  for (const auto& [what, count] : seen) fmt::print(" {} {},", count, what);
  fmt::print(" engine {:.2f} s, oracle {:.2f} s\n", engine, truth);
  // A block that asks nothing would pass for nothing.
  EXPECT_GE(seen["optimal"], 1);
  EXPECT_LE(seen["either"], kBlock / 4);
  EXPECT_LE(seen["given up"], 1);
}

TEST_P(ClosestOracle, EngineEqualsEnumeration) {
  check_block(static_cast<std::uint64_t>(from_environment("BRINK_ORACLE_FIRST", 1)) +
              static_cast<std::uint64_t>(GetParam()) * kBlock);
}

class WithLinearUnits : public ::testing::TestWithParam<int> {};

TEST_P(WithLinearUnits, EngineEqualsEnumeration) {
  check_block(kWithLinearUnits + static_cast<std::uint64_t>(GetParam()) * kBlock);
}

class OfGraphs : public ::testing::TestWithParam<int> {};

TEST_P(OfGraphs, EngineEqualsEnumeration) {
  check_block(kOfGraphs + static_cast<std::uint64_t>(GetParam()) * kBlock);
}

constexpr std::uint64_t kAsIfLarge = 500'001;

/// What the search does first where there are hundreds of neurons, on tiny networks; and leaves are
/// put off.
class AsIfLarge : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(
        search::set_parameters("large_above=0,leaf_programs=1,side_after=3,side_expansions=2"));
  }
  void TearDown() override { search::detail::current = {}; }
};

TEST_P(AsIfLarge, EngineEqualsEnumeration) {
  check_block(kAsIfLarge + static_cast<std::uint64_t>(GetParam()) * kBlock);
}

INSTANTIATE_TEST_SUITE_P(Block, AsIfLarge,
                         ::testing::Range(0, static_cast<int>(from_environment("BRINK_ORACLE_CASES",
                                                                               1000) /
                                                              kBlock / 4)));

TEST(OfGraphsDraw, EveryOperatorComesUp) {
  std::map<std::string, int> seen;
  int direct = 0;
  for (std::uint64_t seed = kOfGraphs; seed < kOfGraphs + 200; ++seed) {
    const Case c = draw_case(seed);
    direct += c.network.maxima.empty() ? 0 : 1;
    std::istringstream names(c.family);
    for (std::string name; names >> name;) ++seen[name];
    EXPECT_TRUE(c.network.as_in_file != nullptr);
  }
  EXPECT_EQ(seen.size(), 19U);
  EXPECT_GE(direct, 5);
  for (const auto& [name, count] : seen) EXPECT_GE(count, 5) << name;
}

INSTANTIATE_TEST_SUITE_P(Block, OfGraphs,
                         ::testing::Range(0, static_cast<int>(from_environment("BRINK_ORACLE_CASES",
                                                                               1000) /
                                                              kBlock / 5)));

INSTANTIATE_TEST_SUITE_P(Block, WithLinearUnits,
                         ::testing::Range(0, static_cast<int>(from_environment("BRINK_ORACLE_CASES",
                                                                               1000) /
                                                              kBlock / 5)));

INSTANTIATE_TEST_SUITE_P(
    Block, ClosestOracle,
    ::testing::Range(0, static_cast<int>(from_environment("BRINK_ORACLE_CASES", 1000) / kBlock)));

TEST(ClosestOracleKept, CasesThatOnceWentWrong) {
  for (const KeptCase& kept : kKeptCases) {
    SCOPED_TRACE(kept.trouble);
    const Case c = draw_case(kept.seed);
    report(c, check_safely(c));
  }
}

TEST(ClosestOracleKept, OneCase) {
  const Case c = draw_case(static_cast<std::uint64_t>(from_environment("BRINK_ORACLE_SEED", 1)));
  const Verdict verdict = check_safely(c);
  fmt::print("{}\n  {}\n", describe(c), name(verdict.status));
  report(c, verdict);
}

TEST(ClosestOracleDraw, EveryChoiceComesUp) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Case c = draw_case(seed);
    ++seen["norm " + std::string(name(c.question.norm))];
    ++seen["family " + c.family];
    ++seen["target " + std::to_string(static_cast<int>(c.question.target.kind))];
    ++seen[fmt::format("margin {}", c.question.margin)];
    ++seen[c.question.target_min ? fmt::format("floor {}", *c.question.target_min) : "no floor"];
    ++seen[c.question.cap ? fmt::format("cap {}", *c.question.cap) : "no cap"];
    ++seen["output " + std::string(name(c.network.output))];
    ++seen[c.options.basic ? "basic" : "tight"];
    if (c.question.lead) ++seen[fmt::format("lead {}", *c.question.lead)];
    if (c.question.breakpoints) ++seen[fmt::format("breakpoints {}", *c.question.breakpoints)];
  }
  EXPECT_EQ(seen.size(), 4U + 5U + 3U + 3U + 4U + 4U + 2U + 2U + 3U + 3U);
  for (const auto& [what, count] : seen) EXPECT_GE(count, 3) << what;
}

}  // namespace
}  // namespace brink::oracle
