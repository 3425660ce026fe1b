// Graphs with branches: how many units their networks have, and graphs of operators at random.
#include <gtest/gtest.h>

#include "onnx_checked.h"

namespace brink {
namespace {

using testing::checked;
using testing::OnnxBuilder;
using testing::random_floats;
using Dims = OnnxBuilder::Dims;
using Names = std::vector<std::string>;

/// Hidden ReLUs and linear units of a network.
std::pair<Eigen::Index, Eigen::Index> units_of(const Network& network) {
  Eigen::Index relus = 0, linear = 0;
  for (int k = 1; k < network.depth(); ++k) {
    for (Eigen::Index j = 0; j < network.width(k); ++j) {
      (network.layer(k).is_linear(j) ? linear : relus) += 1;
    }
  }
  return {relus, linear};
}

TEST(OnnxUnits, APoolOfRelusIsTheReluOfAPool) {
  Random random(3);
  OnnxBuilder builder({1, 1, 4, 4});
  builder.floats("W", {1, 1, 3, 3}, random_floats(random, 9));
  OnnxBuilder::set(builder.node("Conv", {"x", "W"}, "a"), "pads", Dims{1, 1, 1, 1});
  builder.node("Relu", {"a"}, "r");
  onnx::NodeProto& pool = builder.node("MaxPool", {"r"}, "p");
  OnnxBuilder::set(pool, "kernel_shape", Dims{2, 2});
  OnnxBuilder::set(pool, "strides", Dims{2, 2});
  builder.node("Neg", {"p"}, "y");
  EXPECT_EQ(units_of(checked(builder).network).first, 8 + 4 + 4);
}

TEST(OnnxUnits, LargeConvolutionsAreSparse) {
  Random random(4);
  OnnxBuilder builder({1, 1, 16, 16});
  builder.floats("W", {1, 1, 3, 3}, random_floats(random, 9));
  builder.node("Conv", {"x", "W"}, "a");
  builder.node("Relu", {"a"}, "r");
  builder.node("Add", {"r", "a"}, "y");
  const Network network = checked(builder).network;
  EXPECT_EQ(units_of(network), std::pair(Eigen::Index{196}, Eigen::Index{196}));
  EXPECT_EQ(network.layer(1).weights.entries(), 2 * 196 * 9);
}

TEST(OnnxUnits, ResidualsCarryUnitsOnce) {
  Random random(1);
  OnnxBuilder builder({1, 4});
  for (const std::string w : {"W1", "W2", "W3"})
    builder.floats(w, {4, 4}, random_floats(random, 16));
  builder.node("MatMul", {"x", "W1"}, "a");
  builder.node("Relu", {"a"}, "r");
  builder.node("MatMul", {"r", "W2"}, "b");
  builder.node("Add", {"b", "x"}, "s");
  builder.node("Relu", {"s"}, "t");
  builder.node("Add", {"t", "r"}, "u");
  builder.node("MatMul", {"u", "W3"}, "y");
  const Network network = checked(builder).network;
  EXPECT_EQ(network.depth(), 3);
  EXPECT_EQ(units_of(network), std::pair(Eigen::Index{8}, Eigen::Index{8}));
}

TEST(OnnxUnits, FewerValuesAreCarriedThanUnits) {
  Random random(2);
  OnnxBuilder builder({1, 10});
  builder.floats("W", {10, 6}, random_floats(random, 60));
  builder.floats("V", {10, 2}, random_floats(random, 20));
  builder.floats("U", {6, 2}, random_floats(random, 12));
  builder.node("MatMul", {"x", "W"}, "a");
  builder.node("Relu", {"a"}, "r");
  builder.node("MatMul", {"r", "U"}, "b");
  builder.node("MatMul", {"x", "V"}, "c");
  builder.node("Add", {"b", "c"}, "y");
  EXPECT_EQ(units_of(checked(builder).network), std::pair(Eigen::Index{6}, Eigen::Index{2}));

  // A layer of LeakyRelus between wide ones: its own values are the fewest.
  OnnxBuilder leaky({1, 10});
  leaky.floats("W", {10, 3}, random_floats(random, 30));
  leaky.floats("U", {3, 7}, random_floats(random, 21));
  leaky.node("MatMul", {"x", "W"}, "a");
  leaky.node("LeakyRelu", {"a"}, "l");
  leaky.node("MatMul", {"l", "U"}, "u");
  leaky.node("Relu", {"u"}, "y");
  EXPECT_EQ(units_of(checked(leaky).network), std::pair(Eigen::Index{3}, Eigen::Index{3}));
}

TEST(OnnxUnits, NoMoreUnitsThanNecessary) {
  OnnxBuilder twice({1, 3});
  twice.node("Relu", {"x"}, "a");
  twice.node("Relu", {"x"}, "b");
  twice.node("Abs", {"a"}, "c");
  twice.node("Max", {"b", "c"}, "d");
  twice.floats("W", {3, 2}, {1, 2, 3, 4, 5, 6});
  twice.node("MatMul", {"d", "W"}, "y");
  EXPECT_EQ(units_of(checked(twice).network), std::pair(Eigen::Index{3}, Eigen::Index{0}));

  OnnxBuilder unused({1, 4});
  unused.integers("from", {1});
  unused.integers("to", {3});
  unused.integers("axis", {1});
  unused.node("Relu", {"x"}, "a");
  unused.node("Slice", {"a", "from", "to", "axis"}, "b");
  unused.node("Neg", {"b"}, "y");
  EXPECT_EQ(units_of(checked(unused).network), std::pair(Eigen::Index{2}, Eigen::Index{0}));
}

/// A value of four elements made of earlier ones by an operator drawn at random.
void add_random_node(OnnxBuilder& builder, Random& random, const Names& values,
                     const std::string& name) {
  const auto any = [&] {
    return values[static_cast<std::size_t>(random.index(static_cast<int>(values.size())))];
  };
  const std::string w = "w_" + name;
  switch (random.index(10)) {
    case 0:
    case 1:
      builder.floats(w, {4, 4}, random_floats(random, 16));
      builder.node("MatMul", {any(), w}, name);
      return;
    case 2:
    case 3:
      builder.node("Relu", {any()}, name);
      return;
    case 4:
      builder.node("LeakyRelu", {any()}, name);
      return;
    case 5:
      builder.node(random.index(2) == 0 ? "Max" : "Min", {any(), any(), any()}, name);
      return;
    case 6:
      builder.node(random.index(2) == 0 ? "Add" : "Sub", {any(), any()}, name);
      return;
    case 7:
      builder.floats(w, {1, 4}, random_floats(random, 4));
      builder.node(random.index(2) == 0 ? "Mul" : "Max", {any(), w}, name);
      return;
    case 8:
      builder.node("Abs", {any()}, name);
      return;
    default:
      builder.floats(w, {}, {-1});
      builder.node("Clip", {any(), w}, name);
  }
}

TEST(OnnxUnits, AnyGraphOfAnyOperators) {
  int read = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    OnnxBuilder builder({1, 4});
    Names values = {"x"};
    for (int i = 0; i < 3 + random.index(10); ++i) {
      values.push_back("v" + std::to_string(i));
      add_random_node(builder, random, {values.begin(), values.end() - 1}, values.back());
    }
    builder.node("Add", {values.back(), values[values.size() / 2]}, "y");
    SCOPED_TRACE(seed);
    if (builder.refusal().empty()) {
      checked(builder);
      ++read;
    }
  }
  EXPECT_GE(read, 290);
}

}  // namespace
}  // namespace brink
