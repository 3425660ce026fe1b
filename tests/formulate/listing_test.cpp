// The exact program of a 2-2-1 network in every encoding.
//
//     y^1_0 = x_0 - 2 x_1 + 0.25   in [-1.75, 1.25]   unstable
//     y^1_1 = 0.5 x_0 + x_1 - 2    in [-2, -0.5]      inactive
//     y^2_0 = 2 x^1_0 - x^1_1 + 0.5 >= 1              fooled
// and the image (0, 0.25). The listings were checked by hand against the formulas in the heads of
// src/brink/formulate/*.cpp; they also show what each encoding looks like.
#include <gtest/gtest.h>

#include "filled.h"

namespace brink {
namespace {

Network tiny() {
  Network network;
  network.layers = {{Eigen::MatrixXd{{1, -2}, {0.5, 1}}, Eigen::VectorXd{{0.25, -2}}},
                    {Eigen::MatrixXd{{2, -1}}, Eigen::VectorXd{{0.5}}}};
  return network;
}

const Eigen::VectorXd kImage{{0, 0.25}};

Bounds tiny_bounds() {
  Bounds bounds;
  bounds.box = Box::uniform(2, 0, 1);
  bounds.add_layer({{-1.75, 1.25}, {-2, -0.5}});
  bounds.add_layer({{0.5, 3}});
  return bounds;
}

std::string closest(const EncodingOptions& options) {
  const OutputRegion region{0, false, {{Eigen::VectorXd{{1}}, 1}}};
  return to_text(closest_model(tiny(), tiny_bounds(), testing::question(Norm::l1, 2), region,
                               kImage, options, {})
                     .program);
}

TEST(Listing, BigM) {
  EXPECT_EQ(closest({}), R"(min p_0 + p_1 + n_1
rows
  pre_1_0: p_0 - 2 p_1 + 2 n_1 - x_1_0 + s_1_0 = 0.25
  on_1_0: x_1_0 + 1.25 z_1_0 <= 1.25
  off_1_0: s_1_0 - 1.75 z_1_0 <= 0
  pre_1_1: 0.5 p_0 + p_1 - n_1 - x_1_1 + s_1_1 = 1.75
  fooled_0: 2 x_1_0 - x_1_1 >= 0.5
columns
  0 <= p_0 <= 1
  0 <= p_1 <= 0.75
  0 <= n_1 <= 0.25
  0 <= x_1_0 <= 1.25
  0 <= s_1_0 <= 1.75
  z_1_0 binary
  x_1_1 = 0
  0 <= s_1_1 <= 2
)");
}

TEST(Listing, Indicator) {
  EncodingOptions options;
  options.formulation = Formulation::indicator;
  EXPECT_EQ(closest(options), R"(min p_0 + p_1 + n_1
rows
  pre_1_0: p_0 - 2 p_1 + 2 n_1 - x_1_0 + s_1_0 = 0.25
  pre_1_1: 0.5 p_0 + p_1 - n_1 - x_1_1 + s_1_1 = 1.75
  fooled_0: 2 x_1_0 - x_1_1 >= 0.5
indicators
  z_1_0 = 1 -> on_1_0: x_1_0 <= 0
  z_1_0 = 0 -> off_1_0: s_1_0 <= 0
columns
  0 <= p_0 <= 1
  0 <= p_1 <= 0.75
  0 <= n_1 <= 0.25
  0 <= x_1_0 <= 1.25
  0 <= s_1_0 <= 1.75
  z_1_0 binary
  x_1_1 = 0
  0 <= s_1_1 <= 2
)");
}

// Of inputs x_0 and x_1 themselves, 1 - x_0 and x_1 / 2: the third of the four cannot lose to the
// fourth, nor the fourth win.
std::string maxima(Formulation formulation) {
  Network network = testing::pooled(Eigen::MatrixXd{{1, 0}, {0, 1}, {-1, 0}, {0, 0.5}},
                                    Eigen::VectorXd{{0, 0, 2, 0}}, Eigen::MatrixXd{{0, 0, 1}});
  network.maxima = {network.maxima.back()};
  Bounds bounds;
  bounds.box = Box::uniform(2, 0, 1);
  bounds.add_layer({{-1, 1}, {0.5, 2}, {0, 1}, {0, 0.5}});
  bounds.add_layer({{-2, 0.5}, {0, 1}, {1, 2}});
  bounds.add_layer({{1, 2}});
  EncodingOptions options;
  options.formulation = formulation;
  Program program;
  add_network(program, network, bounds, add_inputs(program, bounds.box), options);
  return to_text(program);
}

TEST(Listing, MaximaWithBinariesOfTheirOwn) {
  EXPECT_EQ(maxima(Formulation::bigm), R"(min 0
rows
  pre_1_0: x_0_0 - x_0_1 - x_1_0 + s_1_0 = 0
  pre_1_1: -x_0_0 - 0.5 x_0_1 - x_1_1 + s_1_1 = -2
  pre_1_2: x_0_1 - x_1_2 = 0
  pre_1_3: 0.5 x_0_1 - x_1_3 = 0
  pre_2_0: x_1_0 - x_1_1 + x_1_2 - x_1_3 - x_2_0 + s_2_0 = 0
  pre_2_1: x_1_0 + x_1_2 - x_2_1 = 0
  pre_2_2: x_1_1 + x_1_3 - x_2_2 = 0
  wins_0_0: s_1_0 + s_2_0 + 3 win_0_0 <= 3
  wins_0_1: x_1_0 + s_2_0 + 3 win_0_1 <= 3
  wins_0_2: s_1_1 + x_2_0 + 0.5 win_0_2 <= 0.5
  winner_0: win_0_0 + win_0_1 + win_0_2 = 1
columns
  0 <= x_0_0 <= 1
  0 <= x_0_1 <= 1
  0 <= x_1_0 <= 1
  0 <= s_1_0 <= 1
  0 <= x_1_1 <= 2
  s_1_1 = 0
  0 <= x_1_2 <= 1
  0 <= x_1_3 <= 0.5
  0 <= x_2_0 <= 0.5
  0 <= s_2_0 <= 2
  0 <= x_2_1 <= 1
  1 <= x_2_2 <= 2
  win_0_0 binary
  win_0_1 binary
  win_0_2 binary
)");
}

TEST(Listing, MaximaByIndicators) {
  EXPECT_EQ(maxima(Formulation::indicator), R"(min 0
rows
  pre_1_0: x_0_0 - x_0_1 - x_1_0 + s_1_0 = 0
  pre_1_1: -x_0_0 - 0.5 x_0_1 - x_1_1 + s_1_1 = -2
  pre_1_2: x_0_1 - x_1_2 = 0
  pre_1_3: 0.5 x_0_1 - x_1_3 = 0
  pre_2_0: x_1_0 - x_1_1 + x_1_2 - x_1_3 - x_2_0 + s_2_0 = 0
  pre_2_1: x_1_0 + x_1_2 - x_2_1 = 0
  pre_2_2: x_1_1 + x_1_3 - x_2_2 = 0
  winner_0: win_0_0 + win_0_1 + win_0_2 = 1
indicators
  win_0_0 = 1 -> wins_0_0: s_1_0 + s_2_0 <= 0
  win_0_1 = 1 -> wins_0_1: x_1_0 + s_2_0 <= 0
  win_0_2 = 1 -> wins_0_2: s_1_1 + x_2_0 <= 0
columns
  0 <= x_0_0 <= 1
  0 <= x_0_1 <= 1
  0 <= x_1_0 <= 1
  0 <= s_1_0 <= 1
  0 <= x_1_1 <= 2
  s_1_1 = 0
  0 <= x_1_2 <= 1
  0 <= x_1_3 <= 0.5
  0 <= x_2_0 <= 0.5
  0 <= s_2_0 <= 2
  0 <= x_2_1 <= 1
  1 <= x_2_2 <= 2
  win_0_0 binary
  win_0_1 binary
  win_0_2 binary
)");
}

TEST(Listing, BasicBigM) {
  EncodingOptions options;
  options.basic = true;
  EXPECT_EQ(closest(options), R"(min p_0 + p_1 + n_1
rows
  pre_1_0: p_0 - 2 p_1 + 2 n_1 - x_1_0 + s_1_0 = 0.25
  on_1_0: x_1_0 + 1.25 z_1_0 <= 1.25
  off_1_0: s_1_0 - 1.75 z_1_0 <= 0
  pre_1_1: 0.5 p_0 + p_1 - n_1 - x_1_1 + s_1_1 = 1.75
  on_1_1: x_1_1 <= 0
  off_1_1: s_1_1 - 2 z_1_1 <= 0
  fooled_0: 2 x_1_0 - x_1_1 >= 0.5
columns
  0 <= p_0 <= 1
  0 <= p_1 <= 0.75
  0 <= n_1 <= 0.25
  x_1_0 >= 0
  s_1_0 >= 0
  z_1_0 binary
  x_1_1 >= 0
  s_1_1 >= 0
  z_1_1 binary
)");
}

TEST(Listing, BasicIndicator) {
  EncodingOptions options;
  options.basic = true;
  options.formulation = Formulation::indicator;
  EXPECT_EQ(closest(options), R"(min p_0 + p_1 + n_1
rows
  pre_1_0: p_0 - 2 p_1 + 2 n_1 - x_1_0 + s_1_0 = 0.25
  pre_1_1: 0.5 p_0 + p_1 - n_1 - x_1_1 + s_1_1 = 1.75
  fooled_0: 2 x_1_0 - x_1_1 >= 0.5
indicators
  z_1_0 = 1 -> on_1_0: x_1_0 <= 0
  z_1_0 = 0 -> off_1_0: s_1_0 <= 0
  z_1_1 = 1 -> on_1_1: x_1_1 <= 0
  z_1_1 = 0 -> off_1_1: s_1_1 <= 0
columns
  0 <= p_0 <= 1
  0 <= p_1 <= 0.75
  0 <= n_1 <= 0.25
  x_1_0 >= 0
  s_1_0 >= 0
  z_1_0 binary
  x_1_1 >= 0
  s_1_1 >= 0
  z_1_1 binary
)");
}

TEST(Listing, LiteralModel) {
  Network network = tiny();
  network.output = OutputKind::relu;
  network.layers[1] = {Eigen::MatrixXd{{2, -1}, {-1, 0}}, Eigen::VectorXd{{0.5, 0.25}}};
  Bounds bounds = tiny_bounds();
  bounds.keep_layers(1);
  bounds.add_layer({{0.5, 3}, {-1, 0.25}});
  EXPECT_EQ(
      to_text(literal_model(network, bounds, testing::question(Norm::l1, 2), 1, kImage, {}, {})
                  .program),
      R"(min p_0 + p_1 + n_1
rows
  pre_1_0: p_0 - 2 p_1 + 2 n_1 - x_1_0 + s_1_0 = 0.25
  on_1_0: x_1_0 + 1.25 z_1_0 <= 1.25
  off_1_0: s_1_0 - 1.75 z_1_0 <= 0
  pre_1_1: 0.5 p_0 + p_1 - n_1 - x_1_1 + s_1_1 = 1.75
  pre_2_0: 2 x_1_0 - x_1_1 - x_2_0 + s_2_0 = -0.5
  pre_2_1: -x_1_0 - x_2_1 + s_2_1 = -0.25
  on_2_1: x_2_1 + 0.25 z_2_1 <= 0.25
  off_2_1: s_2_1 - z_2_1 <= 0
  fooled_0: -1.2 x_2_0 + x_2_1 >= 0
columns
  0 <= p_0 <= 1
  0 <= p_1 <= 0.75
  0 <= n_1 <= 0.25
  0 <= x_1_0 <= 1.25
  0 <= s_1_0 <= 1.75
  z_1_0 binary
  x_1_1 = 0
  0 <= s_1_1 <= 2
  0 <= x_2_0 <= 3
  s_2_0 = 0
  0 <= x_2_1 <= 0.25
  0 <= s_2_1 <= 1
  z_2_1 binary
)");
}

TEST(Listing, GeneralModelWithCosts) {
  GeneralCosts costs;
  costs.input = {1, 0};
  costs.x = {{-1, 0}, {3}};
  costs.s = {{0.5, 0}, {0.25}};
  costs.z = {{0, 7}, {5}};
  Network network = tiny();
  const Box box = Box::uniform(2, 0, 1);
  EXPECT_EQ(to_text(general_model(network, tiny_bounds(), box, costs, {}).program),
            R"(min x_0_0 - x_1_0 + 0.5 s_1_0 + 3 x_2_0 + 7 z_1_1
rows
  pre_1_0: x_0_0 - 2 x_0_1 - x_1_0 + s_1_0 = -0.25
  on_1_0: x_1_0 + 1.25 z_1_0 <= 1.25
  off_1_0: s_1_0 - 1.75 z_1_0 <= 0
  pre_1_1: 0.5 x_0_0 + x_0_1 - x_1_1 + s_1_1 = 2
  pre_2_0: 2 x_1_0 - x_1_1 - x_2_0 = -0.5
  on_1_1: x_1_1 <= 0
  off_1_1: s_1_1 - 2 z_1_1 <= 0
columns
  0 <= x_0_0 <= 1
  0 <= x_0_1 <= 1
  0 <= x_1_0 <= 1.25
  0 <= s_1_0 <= 1.75
  z_1_0 binary
  x_1_1 = 0
  0 <= s_1_1 <= 2
  0.5 <= x_2_0 <= 3
  z_1_1 binary
)");
  network.output = OutputKind::relu;
  EXPECT_EQ(to_text(general_model(network, tiny_bounds(), box, costs, {}).program),
            R"(min x_0_0 - x_1_0 + 0.5 s_1_0 + 3 x_2_0 + 0.25 s_2_0 + 7 z_1_1 + 5 z_2_0
rows
  pre_1_0: x_0_0 - 2 x_0_1 - x_1_0 + s_1_0 = -0.25
  on_1_0: x_1_0 + 1.25 z_1_0 <= 1.25
  off_1_0: s_1_0 - 1.75 z_1_0 <= 0
  pre_1_1: 0.5 x_0_0 + x_0_1 - x_1_1 + s_1_1 = 2
  pre_2_0: 2 x_1_0 - x_1_1 - x_2_0 + s_2_0 = -0.5
  on_1_1: x_1_1 <= 0
  off_1_1: s_1_1 - 2 z_1_1 <= 0
  on_2_0: x_2_0 + 3 z_2_0 <= 3
  off_2_0: s_2_0 <= 0
columns
  0 <= x_0_0 <= 1
  0 <= x_0_1 <= 1
  0 <= x_1_0 <= 1.25
  0 <= s_1_0 <= 1.75
  z_1_0 binary
  x_1_1 = 0
  0 <= s_1_1 <= 2
  0 <= x_2_0 <= 3
  s_2_0 = 0
  z_1_1 binary
  z_2_0 binary
)");
}

}  // namespace
}  // namespace brink
