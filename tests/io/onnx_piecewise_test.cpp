// Piecewise linear operators: the lowered network against the graph's own evaluation
// at random inputs, and against values by hand.
#include <gtest/gtest.h>

#include "onnx_checked.h"

namespace brink {
namespace {

using Eigen::VectorXd;
using testing::checked;
using testing::OnnxBuilder;
using Dims = OnnxBuilder::Dims;

VectorXd vector_of(const std::vector<double>& values) {
  return Eigen::Map<const VectorXd>(values.data(), std::ssize(values));
}

void expect_values(const OnnxBuilder& builder, const std::vector<double>& x,
                   const std::vector<double>& y) {
  const NetworkFile model = checked(builder);
  const VectorXd at_x = *model.network.as_in_file->evaluate(vector_of(x));
  ASSERT_EQ(at_x.size(), std::ssize(y));
  EXPECT_LE((at_x - vector_of(y)).cwiseAbs().maxCoeff(), 1e-6) << at_x.transpose();
  EXPECT_LE((outputs(model.network, vector_of(x)) - at_x).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(OnnxPiecewise, FunctionsOfOneValue) {
  const std::vector<double> x = {-2, -0.5, 0.25, 4};
  struct Case {
    std::string op;
    float alpha, beta;
    std::vector<double> y;
  };
  for (const Case& each :
       {Case{"LeakyRelu", 0.5F, 0, {-1, -0.25, 0.25, 4}},
        Case{"LeakyRelu", -1, 0, {2, 0.5, 0.25, 4}},
        Case{"HardSigmoid", 0.5F, 0.25F, {0, 0, 0.375, 1}}, Case{"Abs", 0, 0, {2, 0.5, 0.25, 4}}}) {
    OnnxBuilder builder({1, 4});
    onnx::NodeProto& node = builder.node(each.op, {"x"}, "y");
    if (each.op != "Abs") OnnxBuilder::set(node, "alpha", each.alpha);
    if (each.beta != 0) OnnxBuilder::set(node, "beta", each.beta);
    expect_values(builder, x, each.y);
  }
  OnnxBuilder prelu({1, 2, 2});
  prelu.floats("slope", {2, 1}, {0, 3});
  prelu.node("PRelu", {"x", "slope"}, "y");
  expect_values(prelu, {-1, -2, -3, 4}, {0, 0, -9, 4});
}

TEST(OnnxPiecewise, ClipsWithAnyEnds) {
  for (const auto& [low, high] :
       {std::pair(-1.0F, 2.0F), {0.0F, 6.0F}, {1.0F, 1.5F}, {2.0F, 1.0F}}) {
    OnnxBuilder builder({1, 3});
    builder.floats("low", {}, {low});
    builder.floats("high", {}, {high});
    builder.node("Relu", {"x"}, "r");
    builder.node("Clip", {"x", "low", "high"}, "c");
    builder.node("Sub", {"c", "r"}, "y");
    const auto at = [low = low, high = high](double v) {
      return std::min<double>(std::max<double>(v, low), high) - std::max(v, 0.0);
    };
    expect_values(builder, {-3, 1.25, 7}, {at(-3), at(1.25), at(7)});
  }
  OnnxBuilder above({1, 3});
  above.floats("high", {}, {1});
  above.node("Clip", {"x", "", "high"}, "y");
  expect_values(above, {-3, 1.25, 0.5}, {-3, 1, 0.5});
}

TEST(OnnxPiecewise, MaxAndMinOfSignalsAndConstants) {
  for (const std::string op : {"Max", "Min"}) {
    const double sign = op == "Max" ? 1 : -1;
    OnnxBuilder builder({1, 2});
    builder.floats("c", {2}, {1, -1});
    builder.floats("W", {2, 2}, {0, 1, 1, 0});
    builder.node("MatMul", {"x", "W"}, "swapped");
    builder.node("Neg", {"x"}, "negated");
    builder.node(op, {"x", "c", "swapped", "negated"}, "y");
    const auto at = [sign](double a, double b, double c, double d) {
      return sign * std::max({sign * a, sign * b, sign * c, sign * d});
    };
    expect_values(builder, {0.5, 3}, {at(0.5, 1, 3, -0.5), at(3, -1, 0.5, -3)});
  }
}

TEST(OnnxPiecewise, PoolsTakeTheLargestOfEachWindow) {
  OnnxBuilder pool({1, 1, 3, 3});
  OnnxBuilder::set(pool.node("MaxPool", {"x"}, "y"), "kernel_shape", Dims{2, 2});
  expect_values(pool, {1, 2, 3, 4, 9, 6, 7, 8, 5}, {9, 9, 9, 9});

  OnnxBuilder padded({1, 2, 4});
  onnx::NodeProto& node = padded.node("MaxPool", {"x"}, "y");
  OnnxBuilder::set(node, "kernel_shape", Dims{3});
  OnnxBuilder::set(node, "strides", Dims{2});
  OnnxBuilder::set(node, "pads", Dims{1, 0});
  expect_values(padded, {-1, -2, -3, -4, 4, 3, 2, 1}, {-1, -2, 4, 3});

  for (const std::string op : {"GlobalMaxPool", "GlobalAveragePool"}) {
    OnnxBuilder global({1, 2, 3});
    global.node(op, {"x"}, "y");
    const bool max = op == "GlobalMaxPool";
    expect_values(global, {1, 2, 6, -3, -2, -1}, {max ? 6.0 : 3.0, max ? -1.0 : -2.0});
  }
}

TEST(OnnxPiecewise, AveragesCountPadsOrNot) {
  for (const bool counted : {false, true}) {
    OnnxBuilder builder({1, 1, 4});
    onnx::NodeProto& node = builder.node("AveragePool", {"x"}, "y");
    OnnxBuilder::set(node, "kernel_shape", Dims{3});
    OnnxBuilder::set(node, "pads", Dims{1, 1});
    OnnxBuilder::set(node, "strides", Dims{2});
    OnnxBuilder::set(node, "ceil_mode", std::int64_t{1});
    OnnxBuilder::set(node, "count_include_pad", std::int64_t{counted});
    // Windows (pad 1 2), (2 3 4), and beyond the pads (4 pad).
    expect_values(
        builder, {1, 2, 3, 6},
        counted ? std::vector<double>{1, 11.0 / 3, 3} : std::vector<double>{1.5, 11.0 / 3, 6});
  }
}

TEST(OnnxPiecewise, ReducesAlongAxes) {
  const std::vector<double> x = {1, -2, 3, 4, 5, -6};
  for (const auto& [op, y] : {std::pair<std::string, std::vector<double>>{"ReduceSum", {2, 3}},
                              {"ReduceMean", {2.0 / 3, 1}},
                              {"ReduceMax", {3, 5}},
                              {"ReduceMin", {-2, -6}}}) {
    OnnxBuilder builder({1, 2, 3}, 11);
    OnnxBuilder::set(builder.node(op, {"x"}, "y"), "axes", Dims{-1});
    expect_values(builder, x, y);
  }
}

TEST(OnnxPiecewise, ConvolutionsWithEveryAttribute) {
  OnnxBuilder plain({1, 1, 2, 3});
  plain.floats("W", {1, 1, 2, 2}, {1, 2, 3, 4});
  plain.floats("b", {1}, {0.5F});
  plain.node("Conv", {"x", "W", "b"}, "y");
  expect_values(plain, {1, 2, 3, 4, 5, 6}, {1 + 4 + 12 + 20 + 0.5, 2 + 6 + 15 + 24 + 0.5});

  OnnxBuilder strided({1, 2, 5});
  strided.floats("W", {2, 1, 2}, {1, 10, 2, 20});
  onnx::NodeProto& node = strided.node("Conv", {"x", "W"}, "y");
  OnnxBuilder::set(node, "group", std::int64_t{2});
  OnnxBuilder::set(node, "dilations", Dims{2});
  OnnxBuilder::set(node, "strides", Dims{2});
  OnnxBuilder::set(node, "pads", Dims{1, 1});
  // Positions -1 and 1, 1 and 3, 3 and 5.
  expect_values(strided, {1, 2, 3, 4, 5, 1, 2, 3, 4, 5}, {20, 42, 4, 40, 84, 8});

  for (const auto& [pad, y] :
       {std::pair<std::string, std::vector<double>>{"SAME_UPPER", {21, 32, 3}},
        {"SAME_LOWER", {10, 21, 32}},
        {"VALID", {21, 32}}}) {
    OnnxBuilder same({1, 1, 3});
    same.floats("W", {1, 1, 2}, {1, 10});
    OnnxBuilder::set(same.node("Conv", {"x", "W"}, "y"), "auto_pad", pad);
    expect_values(same, {1, 2, 3}, y);
  }

  OnnxBuilder transposed({1, 1, 2});
  transposed.floats("W", {1, 2, 3}, {1, 2, 3, 4, 5, 6});
  onnx::NodeProto& back = transposed.node("ConvTranspose", {"x", "W"}, "y");
  OnnxBuilder::set(back, "strides", Dims{2});
  OnnxBuilder::set(back, "pads", Dims{1, 0});
  OnnxBuilder::set(back, "output_padding", Dims{1});
  // Without pads: 1 2 3+10 20 30 0, of which the first goes.
  expect_values(transposed, {1, 10}, {2, 13, 20, 30, 0, 5, 46, 50, 60, 0});
}

TEST(OnnxPiecewise, RowsAndColumnsBesideEachOther) {
  OnnxBuilder rows({1, 2, 3});
  rows.floats("W", {3, 2}, {1, 2, 3, 4, 5, 6});
  rows.node("MatMul", {"x", "W"}, "y");
  expect_values(rows, {1, 10, 100, 1, 0, 0}, {531, 642, 1, 2});

  OnnxBuilder columns({1, 2, 3});
  columns.floats("W", {1, 2}, {1, 10});
  columns.node("MatMul", {"W", "x"}, "y");
  expect_values(columns, {1, 2, 3, 4, 5, 6}, {41, 52, 63});

  OnnxBuilder groups({1, 2, 1});
  groups.floats("W", {2, 1, 2}, {1, 2, 3, 4});
  OnnxBuilder::set(groups.node("ConvTranspose", {"x", "W"}, "y"), "group", std::int64_t{2});
  expect_values(groups, {1, 10}, {1, 2, 30, 40});
}

TEST(OnnxPiecewise, BlocksTilesAndDepth) {
  OnnxBuilder tile({1, 2});
  tile.integers("times", {1, 2});
  tile.node("Tile", {"x", "times"}, "y");
  expect_values(tile, {1, 2}, {1, 2, 1, 2});

  OnnxBuilder there({1, 1, 2, 4});
  OnnxBuilder::set(there.node("SpaceToDepth", {"x"}, "y"), "blocksize", std::int64_t{2});
  expect_values(there, {0, 1, 2, 3, 4, 5, 6, 7}, {0, 2, 1, 3, 4, 6, 5, 7});
  OnnxBuilder deep({1, 8, 1, 1});
  OnnxBuilder::set(deep.node("DepthToSpace", {"x"}, "y"), "blocksize", std::int64_t{2});
  expect_values(deep, {0, 1, 2, 3, 4, 5, 6, 7}, {0, 2, 4, 6, 1, 3, 5, 7});
  OnnxBuilder columns({1, 4, 1, 2});
  onnx::NodeProto& node = columns.node("DepthToSpace", {"x"}, "y");
  OnnxBuilder::set(node, "blocksize", std::int64_t{2});
  OnnxBuilder::set(node, "mode", std::string("CRD"));
  expect_values(columns, {0, 1, 2, 3, 4, 5, 6, 7}, {0, 2, 1, 3, 4, 6, 5, 7});
}

TEST(OnnxPiecewise, PadsCutsAndRepeats) {
  const auto pad = [](const std::string& mode, const Dims& pads) {
    OnnxBuilder builder({1, 3});
    builder.integers("pads", pads);
    builder.floats("seven", {}, {7});
    OnnxBuilder::set(builder.node("Pad", {"x", "pads", "seven"}, "y"), "mode", mode);
    return builder;
  };
  expect_values(pad("constant", {0, 1, 0, -1}), {1, 2, 3}, {7, 1, 2});
  expect_values(pad("reflect", {0, 2, 0, 1}), {1, 2, 3}, {3, 2, 1, 2, 3, 2});
  expect_values(pad("edge", {0, 2, 0, 1}), {1, 2, 3}, {1, 1, 1, 2, 3, 3});

  OnnxBuilder resize({1, 1, 2, 2});
  resize.floats("factors", {4}, {1, 1, 2, 1});
  resize.node("Upsample", {"x", "factors"}, "y");
  expect_values(resize, {1, 2, 3, 4}, {1, 2, 1, 2, 3, 4, 3, 4});

  OnnxBuilder expand({1, 1, 2});
  expand.integers("shape", {1, 2, 2});
  expand.node("Expand", {"x", "shape"}, "y");
  expect_values(expand, {1, 2}, {1, 2, 1, 2});
}

TEST(OnnxPiecewise, SplitsAndConcats) {
  OnnxBuilder builder({1, 5});
  builder.integers("parts", {1, 2, 2});
  builder.floats("c", {1, 1}, {9});
  onnx::NodeProto& split = builder.node("Split", {"x", "parts"}, "a");
  split.add_output("b");
  split.add_output("d");
  OnnxBuilder::set(split, "axis", std::int64_t{1});
  builder.node("Relu", {"b"}, "r");
  builder.node("Sub", {"r", "d"}, "s");
  OnnxBuilder::set(builder.node("Concat", {"s", "c", "a"}, "y"), "axis", std::int64_t{-1});
  expect_values(builder, {1, -2, 3, 4, 5}, {-4, -2, 9, 1});
}

}  // namespace
}  // namespace brink
