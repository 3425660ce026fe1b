// The exact columns, rows and costs of every distance, for the image (0, 0.25) in the unit square.
// Checked by hand, as those in listing_test.cpp.
#include <gtest/gtest.h>

#include "filled.h"

namespace brink {
namespace {

const Eigen::VectorXd kTwoPixels{{0, 0.25}};

std::string distance_text(const ClosestQuestion& question, const DistanceOptions& options) {
  Program program;
  add_distance(program, question, kTwoPixels, options);
  return to_text(program);
}

std::string distance_text(Norm norm, DistanceForm form) {
  ClosestQuestion question = testing::question(norm, 2);
  if (norm == Norm::l2) question.breakpoints = 3;
  return distance_text(question, {form, nullptr});
}

TEST(DistanceListing, L0) {
  EXPECT_EQ(distance_text(Norm::l0, DistanceForm::tight), R"(min u_0 + u_1
rows
  above_0: p_0 - u_0 <= 0
  above_1: p_1 - 0.75 u_1 <= 0
  below_1: n_1 - 0.25 u_1 <= 0
columns
  0 <= p_0 <= 1
  0 <= p_1 <= 0.75
  0 <= n_1 <= 0.25
  u_0 binary
  u_1 binary
)");
  EXPECT_EQ(distance_text(Norm::l0, DistanceForm::papers), R"(min u_0 + u_1
rows
  above_0: x_0_0 - u_0 <= 0
  below_0: x_0_0 + u_0 >= 0
  above_1: x_0_1 - u_1 <= 0.25
  below_1: x_0_1 + u_1 >= 0.25
columns
  0 <= x_0_0 <= 1
  0 <= x_0_1 <= 1
  u_0 binary
  u_1 binary
)");
}

TEST(DistanceListing, L1) {
  EXPECT_EQ(distance_text(Norm::l1, DistanceForm::tight), R"(min p_0 + p_1 + n_1
rows
columns
  0 <= p_0 <= 1
  0 <= p_1 <= 0.75
  0 <= n_1 <= 0.25
)");
  EXPECT_EQ(distance_text(Norm::l1, DistanceForm::papers), R"(min d_0 + d_1
rows
  above_0: x_0_0 - d_0 <= 0
  below_0: x_0_0 + d_0 >= 0
  above_1: x_0_1 - d_1 <= 0.25
  below_1: x_0_1 + d_1 >= 0.25
columns
  0 <= x_0_0 <= 1
  0 <= x_0_1 <= 1
  d_0 >= 0
  d_1 >= 0
)");
}

TEST(DistanceListing, Linf) {
  EXPECT_EQ(distance_text(Norm::linf, DistanceForm::tight), R"(min W
rows
  within_0: p_0 - W <= 0
  within_1: p_1 + n_1 - W <= 0
columns
  0 <= p_0 <= 1
  0 <= p_1 <= 0.75
  0 <= n_1 <= 0.25
  0 <= W <= 1
)");
  EXPECT_EQ(distance_text(Norm::linf, DistanceForm::papers), R"(min W
rows
  above_0: x_0_0 - W <= 0
  below_0: x_0_0 + W >= 0
  above_1: x_0_1 - W <= 0.25
  below_1: x_0_1 + W >= 0.25
columns
  0 <= x_0_0 <= 1
  0 <= x_0_1 <= 1
  W >= 0
)");
}

TEST(DistanceListing, L2Segments) {
  EXPECT_EQ(distance_text(Norm::l2, DistanceForm::tight),
            R"(min 0.5 p_0_0 + 1.5 p_0_1 + 0.375 p_1_0 + 1.125 p_1_1 + 0.375 n_1_0
rows
columns
  0 <= p_0_0 <= 0.5
  0 <= p_0_1 <= 0.5
  0 <= p_1_0 <= 0.375
  0 <= p_1_1 <= 0.375
  0 <= n_1_0 <= 0.25
)");
}

TEST(DistanceListing, L2Lambda) {
  EXPECT_EQ(distance_text(Norm::l2, DistanceForm::papers),
            R"(min 0.25 l_0_1 + l_0_2 + 0.140625 l_1_1 + 0.5625 l_1_2
rows
  above_0: x_0_0 - d_0 <= 0
  below_0: x_0_0 + d_0 >= 0
  place_0: -d_0 + 0.5 l_0_1 + l_0_2 = 0
  convex_0: l_0_0 + l_0_1 + l_0_2 = 1
  use_0_0: l_0_0 - y_0_0 <= 0
  use_0_1: l_0_1 - y_0_1 <= 0
  use_0_2: l_0_2 - y_0_2 <= 0
  two_0: y_0_0 + y_0_1 + y_0_2 <= 2
  apart_0_0_2: y_0_0 + y_0_2 <= 1
  above_1: x_0_1 - d_1 <= 0.25
  below_1: x_0_1 + d_1 >= 0.25
  place_1: -d_1 + 0.375 l_1_1 + 0.75 l_1_2 = 0
  convex_1: l_1_0 + l_1_1 + l_1_2 = 1
  use_1_0: l_1_0 - y_1_0 <= 0
  use_1_1: l_1_1 - y_1_1 <= 0
  use_1_2: l_1_2 - y_1_2 <= 0
  two_1: y_1_0 + y_1_1 + y_1_2 <= 2
  apart_1_0_2: y_1_0 + y_1_2 <= 1
columns
  0 <= x_0_0 <= 1
  0 <= x_0_1 <= 1
  d_0 >= 0
  l_0_0 >= 0
  y_0_0 binary
  l_0_1 >= 0
  y_0_1 binary
  l_0_2 >= 0
  y_0_2 binary
  d_1 >= 0
  l_1_0 >= 0
  y_1_0 binary
  l_1_1 >= 0
  y_1_1 binary
  l_1_2 >= 0
  y_1_2 binary
)");
}

TEST(DistanceListing, L2WeightsAsSetsOfTypeTwo) {
  ClosestQuestion question = testing::question(Norm::l2, 2);
  question.breakpoints = 3;
  EXPECT_EQ(distance_text(question, {DistanceForm::papers, nullptr, false, true}),
            R"(min 0.25 l_0_1 + l_0_2 + 0.140625 l_1_1 + 0.5625 l_1_2
rows
  above_0: x_0_0 - d_0 <= 0
  below_0: x_0_0 + d_0 >= 0
  place_0: -d_0 + 0.5 l_0_1 + l_0_2 = 0
  convex_0: l_0_0 + l_0_1 + l_0_2 = 1
  above_1: x_0_1 - d_1 <= 0.25
  below_1: x_0_1 + d_1 >= 0.25
  place_1: -d_1 + 0.375 l_1_1 + 0.75 l_1_2 = 0
  convex_1: l_1_0 + l_1_1 + l_1_2 = 1
sets
  two_0: at most two neighbours of l_0_0, l_0_1, l_0_2
  two_1: at most two neighbours of l_1_0, l_1_1, l_1_2
columns
  0 <= x_0_0 <= 1
  0 <= x_0_1 <= 1
  d_0 >= 0
  l_0_0 >= 0
  l_0_1 >= 0
  l_0_2 >= 0
  d_1 >= 0
  l_1_0 >= 0
  l_1_1 >= 0
  l_1_2 >= 0
)");
}

TEST(DistanceListing, L2Squares) {
  EXPECT_EQ(distance_text(testing::question(Norm::l2, 2), {DistanceForm::tight, nullptr, true}),
            R"(min p_0^2 + p_1^2 + n_1^2
rows
columns
  0 <= p_0 <= 1
  0 <= p_1 <= 0.75
  0 <= n_1 <= 0.25
)");
}

TEST(DistanceListing, L2Tangents) {
  const std::vector<std::vector<double>> tangents = {{0, 0.5, 1}, {0, 0.25}};
  EXPECT_EQ(distance_text(testing::question(Norm::l2, 2), {DistanceForm::tight, &tangents}),
            R"(min p_0_1 + 2 p_0_2 + 0.5 p_1_1 + 0.5 n_1_1
rows
columns
  0 <= p_0_0 <= 0.25
  0 <= p_0_1 <= 0.5
  0 <= p_0_2 <= 0.25
  0 <= p_1_0 <= 0.125
  0 <= p_1_1 <= 0.625
  0 <= n_1_0 <= 0.125
  0 <= n_1_1 <= 0.125
)");
}

TEST(DistanceListing, CapShortensTheMoves) {
  ClosestQuestion question = testing::question(Norm::l1, 2);
  question.cap = 0.125;
  EXPECT_EQ(distance_text(question, {}), R"(min p_0 + p_1 + n_1
rows
columns
  0 <= p_0 <= 0.125
  0 <= p_1 <= 0.125
  0 <= n_1 <= 0.125
)");
}

TEST(DistanceListing, AnImageOutsideTheBoxMustMove) {
  ClosestQuestion question = testing::question(Norm::linf, 2);
  question.box = {Eigen::VectorXd{{0.5, -1}}, Eigen::VectorXd{{1, 0.125}}};
  EXPECT_EQ(distance_text(question, {}), R"(min W
rows
  within_0: p_0 - W <= 0
  within_1: n_1 - W <= 0
columns
  0.5 <= p_0 <= 1
  0.125 <= n_1 <= 1.25
  0.5 <= W <= 1.25
)");
  question.norm = Norm::l2;
  question.breakpoints = 3;
  EXPECT_EQ(distance_text(question, {}), R"(min 0.5 p_0_0 + 1.5 p_0_1 + 0.625 n_1_0 + 1.875 n_1_1
rows
columns
  p_0_0 = 0.5
  0 <= p_0_1 <= 0.5
  0.125 <= n_1_0 <= 0.625
  0 <= n_1_1 <= 0.625
)");
  question.norm = Norm::l1;
  question.cap = 0.25;  // x_0 cannot reach 0.5
  EXPECT_EQ(distance_text(question, {}), R"(min n_1
rows
  unreachable_0: 0 >= 1
columns
  0.125 <= n_1 <= 0.25
)");
}

}  // namespace
}  // namespace brink
