// Properties from arrays mean what their text, read again, means; networks by name; witnesses.
#include "brink/property/linear.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "brink/base/random.h"
#include "brink/property/given.h"
#include "brink/property/witness.h"

namespace brink {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

LinearCase one_row(std::vector<double> a, double b) {
  return {Eigen::Map<Eigen::RowVectorXd>(a.data(), static_cast<Eigen::Index>(a.size())),
          Eigen::VectorXd::Constant(1, b)};
}

bool meets(const Query& query, const std::vector<double>& values) {
  const auto all = [&](const Conjunction& conjunction) {
    for (const int id : conjunction) {
      if (!query.rows[static_cast<std::size_t>(id)].holds(values)) return false;
    }
    return true;
  };
  bool one = false;
  for (const Conjunction& disjunct : query.disjuncts) one = one || all(disjunct);
  return one && all(query.common);
}

TEST(LinearQuery, IsTheBoxAndOneOfTheCases) {
  const auto query = linear_query({Eigen::Vector2d(0, -1), Eigen::Vector2d(1, 1)}, 2,
                                  {one_row({1, -1}, -0.5), one_row({0, 1}, 0.1)});
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(query->version, 1);
  EXPECT_TRUE(meets(*query, {0, 0, 0, 0.5}));
  EXPECT_TRUE(meets(*query, {1, 1, 7, 0.1}));  // the double 0.1 itself
  EXPECT_FALSE(meets(*query, {1, 1, 7, std::nextafter(0.1, 1)}));
  EXPECT_FALSE(meets(*query, {0, 1.5, 0, 0.5}));
  EXPECT_FALSE(meets(*query, {-0.5, 0, 0, 0.5}));
}

TEST(LinearQuery, ItsTextIsReadAsTheSame) {
  Random random(4);
  for (int trial = 0; trial < 30; ++trial) {
    const auto number = [&] { return std::ldexp(random.uniform(-1, 1), random.index(90) - 60); };
    Box box{Eigen::VectorXd(3), Eigen::VectorXd(3)};
    for (int i = 0; i < 3; ++i) {
      box.lower(i) = number();
      box.upper(i) = box.lower(i) + std::abs(number());
    }
    std::vector<LinearCase> cases;
    for (int c = 0; c <= trial % 3; ++c) {
      LinearCase one{Eigen::MatrixXd(2, 2), Eigen::VectorXd(2)};
      for (int r = 0; r < 2; ++r) {
        for (int j = 0; j < 2; ++j) one.a(r, j) = (r + j + trial) % 4 == 0 ? 0 : number();
        one.b(r) = number();
      }
      one.a(0, 0) = -1;
      cases.push_back(std::move(one));
    }
    const auto query = linear_query(box, 2, cases);
    ASSERT_TRUE(query) << query.error().message;
    const auto again = parse_query(vnnlib_text(*query));
    ASSERT_TRUE(again) << again.error().message << vnnlib_text(*query);
    ASSERT_EQ(again->numbers(), 5);
    int met = 0;
    for (int sample = 0; sample < 400; ++sample) {
      std::vector<double> values;
      for (int i = 0; i < 3; ++i) {
        values.push_back(random.index(4) == 0 ? box.upper(i)
                                              : random.uniform(box.lower(i), box.upper(i)));
      }
      for (int j = 0; j < 2; ++j) values.push_back(number());
      EXPECT_EQ(meets(*query, values), meets(*again, values));
      met += meets(*query, values) ? 1 : 0;
    }
    if (trial == 2) {
      EXPECT_GT(met, 0);
    }
  }
}

TEST(LinearQuery, WhatIsNoneIsRefused) {
  const Box box = Box::uniform(2, 0, 1);
  const auto error = [&](const Box& in, const std::vector<LinearCase>& cases) {
    const auto query = linear_query(in, 2, cases);
    return query ? "" : query.error().message;
  };
  const LinearCase good = one_row({1, 0}, 0);
  EXPECT_NE(error(box, {}).find("no case"), std::string::npos);
  EXPECT_NE(error(box, {good, one_row({1, 0, 0}, 0)}).find("case 1: A has 3 columns"),
            std::string::npos);
  EXPECT_NE(error(box, {one_row({1, std::nan("")}, 0)}).find("case 0: A[0][1] is nan"),
            std::string::npos);
  EXPECT_NE(error(box, {one_row({1, 1}, kInfinity)}).find("case 0: b[0] is inf"),
            std::string::npos);
  EXPECT_NE(error(box, {one_row({1, 5e-324}, 0)}).find("A[0][1]"), std::string::npos);
  EXPECT_NE(error(box, {{Eigen::MatrixXd::Zero(2, 2), Eigen::VectorXd::Zero(1)}}).find("2 rows"),
            std::string::npos);
  EXPECT_NE(error({Eigen::Vector2d(0, 2), Eigen::Vector2d(1, 1)}, {good}).find("lower[1] 2"),
            std::string::npos);
  EXPECT_NE(error({Eigen::Vector2d(0, 0), Eigen::VectorXd::Ones(3)}, {good}).find("upper 3"),
            std::string::npos);
}

TEST(NetworksGiven, ByNameByEqualityAndByPlace) {
  const auto query = parse_query(
      "(vnnlib-version <2.0>)\n"
      "(declare-network f (declare-input X Real [1]) (declare-output Y Real [1]))\n"
      "(declare-network g (equal-to f) (declare-input Z Real [1]) (declare-output V Real [1]))\n"
      "(assert (<= 0 X[0] )) (assert (<= X[0] 1)) (assert (== X[0] Z[0])) (assert (<= Y[0] V[0]))");
  ASSERT_TRUE(query) << query.error().message;
  using Places = std::vector<std::size_t>;
  EXPECT_EQ(networks_given(*query, {"f"}).value(), (Places{0, 0}));
  EXPECT_EQ(networks_given(*query, {"g", "f"}).value(), (Places{1, 0}));
  EXPECT_NE(networks_given(*query, {"g"}).error().message.find("--network f=FILE"),
            std::string::npos);
  EXPECT_NE(networks_given(*query, {"f", "h"}).error().message.find("no network h"),
            std::string::npos);
  const auto unnamed = linear_query(Box::uniform(1, 0, 1), 1, {one_row({1}, 0)});
  EXPECT_EQ(networks_given(*unnamed, {"anything"}).value(), (Places{0}));
  EXPECT_EQ(witness_text(*unnamed, std::vector<double>{0.5, -0.0}, 1), "((X_0 0.5)\n(Y_0 0))\n");
  EXPECT_EQ(witness_text(*unnamed, std::vector<double>{0.5, 2}, 2),
            "X Real [1]\n0.5\nY Real [1]\n2\n");
}

}  // namespace
}  // namespace brink
