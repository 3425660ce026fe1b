// On states made by hand.
#include "brink/search/branching.h"

#include <gtest/gtest.h>

namespace brink::search {
namespace {

/// Neurons in [-1, 1], but 0, which is active, and 1, which is inactive.
Intervals four_open() {
  return {{0, -1, -1, -1, -1, -1}, {1, 0, 1, 1, 1, 1}};
}

std::vector<NeuronState> no_states() {
  return std::vector<NeuronState>(6);
}

TEST(Branching, TakesTheLargestMultiplierAmongViolated) {
  auto states = no_states();
  states[0] = {0.9, 0.9, 9, 0};  // settled
  states[1] = {0.9, 0.9, 9, 0};  // settled
  states[2] = {0.5, 0, 8, 0};    // not violated: the program knows its phase
  states[3] = {0.3, 0.3, 1, 0};
  states[4] = {0.3, 0.3, 2, 0};
  EXPECT_EQ(branching_neuron(four_open(), states), 4);
  states[3].triangle = 3;
  EXPECT_EQ(branching_neuron(four_open(), states), 3);
}

// The fourth root of how far the neuron is from its nearer phase: 0.81 to 0.01 is 3 to 1.
TEST(Branching, DampsByTheViolation) {
  auto states = no_states();
  states[2] = {0.81, 0.9, 1, 0};
  states[5] = {0.9, 0.01, 2.9, 0};
  EXPECT_EQ(branching_neuron(four_open(), states), 2);
  states[5].triangle = 3.1;
  EXPECT_EQ(branching_neuron(four_open(), states), 5);
}

// Both sides in units of their own: x of upper, s of lower.
TEST(Branching, MeasuresTheViolationByTheNeuronsOwnSides) {
  Intervals bounds = four_open();
  bounds.upper[2] = 100;
  auto states = no_states();
  states[2] = {0.9, 0.9, 1, 0};  // 0.009 of its upper side
  states[3] = {0.3, 0.3, 1, 0};
  EXPECT_EQ(branching_neuron(bounds, states), 3);
  bounds.upper[2] = 1;
  EXPECT_EQ(branching_neuron(bounds, states), 2);
  bounds.lower[2] = -100;
  EXPECT_EQ(branching_neuron(bounds, states), 3);
}

TEST(Branching, WithoutAViolatedOneAnyOpenNeuronStill) {
  EXPECT_EQ(branching_neuron(four_open(), no_states()), 2);  // the first that is open
  auto states = no_states();
  states[4].triangle = 0.5;
  EXPECT_EQ(branching_neuron(four_open(), states), 4);
  states[3] = {1e-9, 1e-9, 5, 0};  // below what counts as violated
  EXPECT_EQ(branching_neuron(four_open(), states), 3);
}

TEST(Branching, NothingIsLeftWhenAllAreSettled) {
  const Intervals settled{{0, -1, 0.5, -2, 0, -3}, {1, 0, 1, -1, 0, 0}};
  EXPECT_EQ(branching_neuron(settled, std::vector<NeuronState>(6, {0.5, 0.5, 1, 0})), -1);
}

TEST(Branching, TheNearerPhaseComesLast) {
  auto states = no_states();
  states[3] = {0.6, 0.4, 1, 0};
  auto split = phase_split(four_open(), states);
  EXPECT_EQ(split[0].what, 3);
  EXPECT_EQ(split[1].what, 3);
  EXPECT_FALSE(split[0].on);
  EXPECT_TRUE(split[1].on);
  states[3] = {0.4, 0.6, 1, 0};
  split = phase_split(four_open(), states);
  EXPECT_TRUE(split[0].on);
  EXPECT_FALSE(split[1].on);
  Intervals wide = four_open();
  wide.lower[3] = -2;  // 0.4 of the way up, 0.3 of the way down
  EXPECT_TRUE(phase_split(wide, states)[1].on);
}

TEST(Branching, FlipsWithTheLargestGainFirst) {
  auto states = no_states();
  EXPECT_TRUE(promising_flips(states).empty());
  states[0].gain = 0.5;
  states[1].gain = 1e-7;  // too little
  states[2].gain = 2;
  states[4].gain = -3;
  states[5].gain = 1;
  EXPECT_EQ(promising_flips(states), (std::vector<int>{2, 5, 0}));
}

}  // namespace
}  // namespace brink::search
