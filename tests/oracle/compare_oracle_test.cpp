// Random pairs of networks, alike and not, against all pairs of activation patterns.
#include <gtest/gtest.h>

#include "brink/ask/compare.h"
#include "oracle/cells.h"
#include "oracle/environment.h"
#include "oracle/linear_end.h"
#include "random_network.h"

namespace brink::oracle {
namespace {

struct Pair {
  Network first, second;
  Box box;
};

/// Small weights left out, all rounded, all moved a little, or another network altogether.
Network relative_of(const Network& network, Random& random) {
  Network other = network;
  const int kind = random.index(5);
  const double share = random.uniform(0.05, 0.5), step = std::ldexp(1.0, -2 - random.index(5));
  for (Layer& layer : other.layers) {
    for (double& weight : layer.weights.dense().reshaped()) {
      if (kind == 0 && std::abs(weight) < share) weight = 0;
      if (kind == 1) weight = std::round(weight / step) * step;
      if (kind == 2) weight += 0.05 * random.normal();
    }
    if (kind == 3)
      layer.bias += 0.1 * random.uniform(-1, 1) * Eigen::VectorXd::Ones(layer.bias.size());
  }
  if (kind < 4) return other;
  std::vector<int> sizes{static_cast<int>(network.input_size())};
  for (int layers = random.index(4); layers > 0; --layers) sizes.push_back(2 + random.index(4));
  sizes.push_back(static_cast<int>(network.output_size()));
  return brink::testing::random_network(sizes, random);
}

Pair random_pair(std::uint64_t number) {
  Random random(number);
  const int inputs = 1 + random.index(3);
  std::vector<int> sizes{inputs};
  for (int layers = 1 + random.index(3); layers > 0; --layers) sizes.push_back(2 + random.index(4));
  sizes.push_back(1 + random.index(3));
  Pair pair;
  pair.first = brink::testing::random_network(
      sizes, random, 1.5, random.index(4) == 0 ? OutputKind::relu : OutputKind::linear);
  pair.second = relative_of(pair.first, random);
  pair.box = Box::uniform(inputs, 0, 0);
  for (int i = 0; i < inputs; ++i) {
    pair.box.lower(i) = random.uniform(-1, 1);
    pair.box.upper(i) = pair.box.lower(i) + (random.index(8) == 0 ? 0 : random.uniform(0.1, 2));
  }
  return pair;
}

/// Over pairs of cells, with the largest |y - v| of all outputs.
Real largest_difference(const Pair& pair) {
  const Eigen::VectorXd origin = Eigen::VectorXd::Zero(pair.box.size());
  const Network a = with_linear_end(pair.first), b = with_linear_end(pair.second);
  const auto of_first = linear_cells(a, pair.box, origin, a.depth());
  const auto of_second = linear_cells(b, pair.box, origin, b.depth());
  Real largest = 0;
  for (const Cell& first : of_first) {
    for (const Cell& second : of_second) {
      Polytope both = first.polytope;
      for (std::size_t r = 0; r < second.polytope.rhs.size(); ++r) {
        both.require(second.polytope.normals[r], second.polytope.rhs[r]);
      }
      if (least_violation(both) > kFeasible) continue;
      both = relaxed(both, kFeasible);
      for (Eigen::Index j = 0; j < a.output_size(); ++j) {
        for (const Real sign : {1.0L, -1.0L}) {
          const Vector slope =
              sign * (first.output.matrix.row(j) - second.output.matrix.row(j)).transpose();
          const Real constant = sign * (first.output.offset(j) - second.output.offset(j));
          const Real most =
              constant + slope.cwiseProduct(both.lo).cwiseMax(slope.cwiseProduct(both.hi)).sum();
          largest =
              std::max(largest, most - minimise(both, {{0, -slope, most - constant}}, 1)->value);
        }
      }
    }
  }
  return largest;
}

/// |y - v| of an output at x, by the oracle's own pass.
Real difference_at(const Pair& pair, const Eigen::VectorXd& x, int output) {
  const Vector a = forward(with_linear_end(pair.first), x);
  const Vector b = forward(with_linear_end(pair.second), x);
  return std::abs(a(output) - b(output));
}

constexpr Real kEnlarged = 1e-10L;  ///< by relaxed cells

CompareAnswer ask_pair(const Pair& pair, const CompareQuestion& question, double limit) {
  VerifyOptions options;
  options.time_limit = limit;
  const auto answer = compare(pair.first, pair.second, question, options);
  EXPECT_TRUE(answer) << answer.error().message;
  return answer ? *answer : CompareAnswer();
}

void check_pair(std::uint64_t number, int& never, int& differ, int& bounded) {
  const Pair pair = random_pair(number);
  SCOPED_TRACE(fmt::format("pair {}", number));
  const Real largest = largest_difference(pair);
  Random random(number + 7);
  // Near the largest difference proofs take long; what is claimed in two seconds holds.
  for (const double share : {0.5, 0.97, 1.03, 1.5}) {
    const bool near = share > 0.9 && share < 1.1;
    CompareQuestion question;
    question.box = pair.box;
    question.tolerance = share * static_cast<double>(largest) + 1e-3 * random.uniform(0, 1);
    const CompareAnswer answer = ask_pair(pair, question, near ? 2 : 60);
    const Real tolerance = *question.tolerance;
    if (answer.verdict == PropertyVerdict::unsat) {
      ++never;
      EXPECT_LE(largest, tolerance + kEnlarged);
    }
    EXPECT_GE(answer.bound, static_cast<double>(largest - kEnlarged));
    if (answer.verdict == PropertyVerdict::sat) {
      ++differ;
      EXPECT_TRUE(pair.box.contains(answer.input));
      const Real difference = difference_at(pair, answer.input, answer.output);
      EXPECT_GT(difference, tolerance - 1e-12L);
      EXPECT_NEAR(static_cast<double>(difference), answer.difference, 1e-12);
    }
    if (!near && largest < 0.9L * tolerance) {
      EXPECT_EQ(answer.verdict, PropertyVerdict::unsat);
    }
    if (!near && largest > 1.1L * tolerance + 1e-3L) {
      EXPECT_EQ(answer.verdict, PropertyVerdict::sat);
    }
  }
  CompareQuestion question;
  question.box = pair.box;
  const CompareAnswer answer = ask_pair(pair, question, 2);
  EXPECT_LE(answer.difference, static_cast<double>(largest + kEnlarged));
  EXPECT_GE(answer.bound, static_cast<double>(largest - kEnlarged));
  if (answer.verdict != PropertyVerdict::unsat) return;
  ++bounded;
  EXPECT_LE(answer.bound, 1.011 * answer.difference + 1e-6);
}

TEST(CompareOracle, DifferencesOfPairs) {
  int never = 0, differ = 0, bounded = 0;
  const int cases = static_cast<int>(from_environment("BRINK_ORACLE_CASES", 60));
  for (int i = 0; i < cases; ++i)
    check_pair(1 + static_cast<std::uint64_t>(i), never, differ, bounded);
  EXPECT_GT(never, cases / 2);
  EXPECT_GT(differ, cases / 2);
  EXPECT_GT(bounded, cases / 3);
}

/// Once not decided in a minute: of twins the first was settled, so not bounded, and the second was
/// taken to follow from it however small the box.
TEST(CompareOracle, PairsThatOnceStayedOpen) {
  int never = 0, differ = 0, bounded = 0;
  check_pair(116, never, differ, bounded);
  EXPECT_EQ(never + differ, 4);
  EXPECT_EQ(bounded, 1);
}

}  // namespace
}  // namespace brink::oracle
