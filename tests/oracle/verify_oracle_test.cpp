// Random properties of random networks, asked as text, against all activation patterns.
#include <gtest/gtest.h>

#include "brink/ask/verify.h"
#include "brink/search/parameters.h"
#include "oracle/cells.h"
#include "oracle/environment.h"
#include "oracle/linear_end.h"
#include "random_network.h"

namespace brink::oracle {
namespace {

/// a (x, y) <= rhs.
struct Condition {
  std::vector<double> a;
  double rhs = 0;
};

struct Disjunct {
  Box box;
  std::vector<Condition> conditions;
};

/// A number of few digits: as text, as a decimal and as a double the same.
double few_digits(Random& random, double low, double high) {
  return std::round(random.uniform(low, high) * 64) / 64;
}

struct Asked {
  Network network;
  std::vector<Disjunct> disjuncts;
  std::string text;
};

std::string sum_text(const Condition& condition, int inputs) {
  std::string text = "(+";
  for (std::size_t i = 0; i < condition.a.size(); ++i) {
    if (condition.a[i] == 0) continue;
    const int at = static_cast<int>(i);
    text += fmt::format(" (* {} {}_{})", condition.a[i], at < inputs ? "X" : "Y",
                        at < inputs ? at : at - inputs);
  }
  return text + " 0)";
}

Disjunct random_disjunct(const Network& network, Random& random) {
  const auto inputs = network.input_size();
  const auto outputs = network.output_size();
  Disjunct disjunct{Box::uniform(inputs, 0, 0), {}};
  for (Eigen::Index i = 0; i < inputs; ++i) {
    disjunct.box.lower(i) = few_digits(random, -1, 1);
    disjunct.box.upper(i) =
        disjunct.box.lower(i) + (random.index(6) == 0 ? 0 : few_digits(random, 0.1, 1.5));
  }
  Eigen::VectorXd x = brink::testing::random_point(inputs, random);
  x = disjunct.box.lower + x.cwiseProduct(disjunct.box.upper - disjunct.box.lower);
  const Eigen::VectorXd y = brink::outputs(network, x);
  for (int count = 1 + random.index(3); count > 0; --count) {
    Condition condition{std::vector<double>(static_cast<std::size_t>(inputs + outputs)), 0};
    const int kind = random.index(6);  // of inputs, of both, of outputs
    double value = 0;
    for (Eigen::Index i = 0; i < inputs + outputs; ++i) {
      if (kind == 0 ? i >= inputs : kind > 1 && i < inputs) continue;
      const double a = few_digits(random, -2, 2);
      condition.a[static_cast<std::size_t>(i)] = a;
      value += a * (i < inputs ? x(i) : y(i - inputs));
    }
    condition.rhs = std::round((value + random.uniform(-0.4, 0.25)) * 64) / 64;
    disjunct.conditions.push_back(condition);
  }
  return disjunct;
}

Asked random_case(std::uint64_t number) {
  Random random(number);
  Asked asked;
  const int inputs = 1 + random.index(3), outputs = 1 + random.index(3);
  std::vector<int> sizes{inputs};
  for (int layers = random.index(4); layers > 0; --layers) sizes.push_back(2 + random.index(4));
  sizes.push_back(outputs);
  asked.network = brink::testing::random_network(
      sizes, random, 1.5, random.index(3) == 0 ? OutputKind::relu : OutputKind::linear);
  for (int i = 0; i < inputs; ++i) asked.text += fmt::format("(declare-const X_{} Real)", i);
  for (int j = 0; j < outputs; ++j) asked.text += fmt::format("(declare-const Y_{} Real)", j);
  asked.text += "\n(assert (or";
  for (int count = 1 + random.index(3); count > 0; --count) {
    const Disjunct disjunct = random_disjunct(asked.network, random);
    asked.text += "\n  (and";
    for (int i = 0; i < inputs; ++i) {
      asked.text += fmt::format(" (>= X_{0} {1}) (<= X_{0} {2})", i, disjunct.box.lower(i),
                                disjunct.box.upper(i));
    }
    for (const Condition& condition : disjunct.conditions) {
      asked.text += fmt::format(" (<= {} {})", sum_text(condition, inputs), condition.rhs);
    }
    asked.text += ")";
    asked.disjuncts.push_back(disjunct);
  }
  asked.text += "))\n";
  return asked;
}

/// By how much the conditions are violated at the least, or, below zero, met at the most.
Real least_violation_of(const Asked& asked, Real shift) {
  const Network network = with_linear_end(asked.network);
  const auto inputs = network.input_size();
  Real least = 1e9;
  for (const Disjunct& disjunct : asked.disjuncts) {
    const Eigen::VectorXd origin = Eigen::VectorXd::Zero(inputs);
    for (const Cell& cell : linear_cells(network, disjunct.box, origin, network.depth())) {
      Polytope polytope = cell.polytope;
      for (const Condition& condition : disjunct.conditions) {
        Vector normal = Vector::Zero(inputs);
        Real constant = 0;
        for (Eigen::Index i = 0; i < inputs; ++i) {
          normal(i) -= condition.a[static_cast<std::size_t>(i)];
        }
        for (Eigen::Index j = 0; j < network.output_size(); ++j) {
          const Real a = condition.a[static_cast<std::size_t>(inputs + j)];
          normal -= a * cell.output.matrix.row(j).transpose();
          constant -= a * cell.output.offset(j);
        }
        polytope.require(normal, -Real(condition.rhs) - constant + shift);
      }
      least = std::min(least, least_violation(polytope));
    }
  }
  return least;
}

constexpr Real kNear = 1e-7L;  ///< rounding may decide
constexpr Real kDeep = 1e-4L;  ///< conditions met by so much have a witness of float32 numbers

/// How many answers were sat and unsat.
struct Counts {
  int sat = 0, unsat = 0;
};

void check(std::uint64_t number, Counts& counts) {
  const Asked asked = random_case(number);
  SCOPED_TRACE(fmt::format("case {}\n{}", number, asked.text));
  const auto query = parse_query(asked.text);
  ASSERT_TRUE(query) << query.error().message;
  VerifyOptions options;
  options.time_limit = 20;
  const auto answer = verify(asked.network, *query, options);
  ASSERT_TRUE(answer) << answer.error().message;
  counts.sat += answer->verdict == PropertyVerdict::sat ? 1 : 0;
  counts.unsat += answer->verdict == PropertyVerdict::unsat ? 1 : 0;
  if (least_violation_of(asked, 0) > kNear) {
    EXPECT_EQ(answer->verdict, PropertyVerdict::unsat);
  } else {
    EXPECT_NE(answer->verdict, PropertyVerdict::timeout);
  }
  if (least_violation_of(asked, kDeep) <= 0) {
    EXPECT_EQ(answer->verdict, PropertyVerdict::sat);
  }
  if (answer->verdict != PropertyVerdict::sat) return;
  ASSERT_EQ(answer->values.size(), static_cast<std::size_t>(query->numbers()));
  bool met = false;
  for (const Conjunction& disjunct : query->disjuncts) {
    bool all = true;
    for (const int id : disjunct) {
      all = all && query->rows[static_cast<std::size_t>(id)].holds(answer->values);
    }
    met = met || all;
  }
  EXPECT_TRUE(met);
}

void check_all(std::uint64_t first, int cases) {
  Counts counts;
  for (int i = 0; i < cases; ++i) check(first + static_cast<std::uint64_t>(i), counts);
  EXPECT_GT(counts.sat, cases / 5);
  EXPECT_GT(counts.unsat, cases / 5);
}

int cases() {
  return static_cast<int>(from_environment("BRINK_ORACLE_CASES", 300));
}

TEST(VerifyOracle, DividingBoxes) {
  check_all(1, cases());
}

TEST(VerifyOracle, DividingPhases) {
  ASSERT_TRUE(search::set_parameters("box_inputs=0"));
  check_all(500'001, cases());
  ASSERT_TRUE(search::set_parameters("box_inputs=16"));
}

/// Where slopes bound nodes, not programs.
TEST(VerifyOracle, DividingPhasesBySlopes) {
  ASSERT_TRUE(search::set_parameters("box_inputs=0,large_above=0"));
  check_all(900'001, cases());
  ASSERT_TRUE(search::set_parameters("box_inputs=16,large_above=80"));
}

TEST(VerifyOracle, DividingPhasesBySlopesAndTreesOfNeurons) {
  ASSERT_TRUE(search::set_parameters("box_inputs=0,large_above=0,side_after=1,side_expansions=2"));
  check_all(1'200'001, cases());
  ASSERT_TRUE(
      search::set_parameters("box_inputs=16,large_above=80,side_after=5000,side_expansions=8"));
}

}  // namespace
}  // namespace brink::oracle
