// What is read, operator by operator, against the function that each graph stands for.
#include <gtest/gtest.h>

#include "brink/io/onnx.h"
#include "onnx_builder.h"

namespace brink {
namespace {

using Eigen::Vector2d;
using Eigen::Vector3d;
using Eigen::VectorXd;
using testing::OnnxBuilder;

Network network_of(const OnnxBuilder& builder) {
  const auto model = builder.read();
  if (!model) throw std::runtime_error(model.error().message);
  return model->network;
}

/// W = [1 2 3; 4 5 6] (2x3) and b = (10, 20), the weights of most tests.
Eigen::MatrixXd weights() {
  return Eigen::Matrix<double, 2, 3>{{1, 2, 3}, {4, 5, 6}};
}
const std::vector<float> kByRows = {1, 2, 3, 4, 5, 6};      // W
const std::vector<float> kTransposed = {1, 4, 2, 5, 3, 6};  // W^T
const Vector3d kX(0.5, -1, 2);

TEST(OnnxRead, GemmWithEveryAttribute) {
  for (const bool trans_b : {false, true}) {
    OnnxBuilder builder({1, 3});
    if (trans_b) {
      builder.floats("W", {2, 3}, kByRows);
    } else {
      builder.floats("W", {3, 2}, kTransposed);
    }
    builder.floats("b", {2}, {10, 20});
    onnx::NodeProto& gemm = builder.node("Gemm", {"x", "W", "b"}, "y");
    OnnxBuilder::set(gemm, "transB", std::int64_t{trans_b});
    OnnxBuilder::set(gemm, "alpha", 0.5F);
    OnnxBuilder::set(gemm, "beta", 3.0F);
    const Network network = network_of(builder);
    EXPECT_EQ(network.output, OutputKind::linear);
    EXPECT_EQ(logits(network, kX), VectorXd(0.5 * weights() * kX + 3 * Vector2d(10, 20)));
  }
}

TEST(OnnxRead, GemmWithTheSignalTransposedOrSecond) {
  {
    OnnxBuilder builder({3, 1});  // transA makes [1, 3] of it
    builder.floats("W", {3, 2}, kTransposed);
    OnnxBuilder::set(builder.node("Gemm", {"x", "W"}, "y"), "transA", std::int64_t{1});
    EXPECT_EQ(logits(network_of(builder), kX), VectorXd(weights() * kX));
  }
  for (const bool transposed : {false, true}) {
    OnnxBuilder builder(transposed ? OnnxBuilder::Dims{1, 3} : OnnxBuilder::Dims{3, 1});
    builder.floats("W", {3, 2}, kTransposed);  // transA makes it 2x3
    builder.floats("b", {2, 1}, {10, 20});
    onnx::NodeProto& gemm = builder.node("Gemm", {"W", "x", "b"}, "y");
    OnnxBuilder::set(gemm, "transA", std::int64_t{1});
    OnnxBuilder::set(gemm, "transB", std::int64_t{transposed});
    EXPECT_EQ(logits(network_of(builder), kX), VectorXd(weights() * kX + Vector2d(10, 20)));
  }
}

TEST(OnnxRead, MatMulAndAddEitherWayRound) {
  const OnnxBuilder::Dims row = {1, 3}, flat = {3}, column = {1, 3, 1};
  for (const auto& [dims, left] : {std::pair(row, false), std::pair(flat, false),
                                   std::pair(flat, true), std::pair(column, true)}) {
    for (const bool bias_first : {false, true}) {
      OnnxBuilder builder(dims);
      if (left) {
        builder.floats("W", {2, 3}, kByRows);
        builder.node("MatMul", {"W", "x"}, "m");
      } else {
        builder.floats("W", {3, 2}, kTransposed);
        builder.node("MatMul", {"x", "W"}, "m");
      }
      const bool is_column = dims.size() == 3;
      builder.floats("b", is_column ? OnnxBuilder::Dims{2, 1} : OnnxBuilder::Dims{2}, {10, 20});
      if (bias_first) {
        builder.node("Add", {"b", "m"}, "y");
      } else {
        builder.node("Add", {"m", "b"}, "y");
      }
      EXPECT_EQ(logits(network_of(builder), kX), VectorXd(weights() * kX + Vector2d(10, 20)));
    }
  }
}

TEST(OnnxRead, LargeWeightsThatAreNearlyAllZerosAreKeptByTheirNonzeros) {
  constexpr std::int64_t kIn = 512, kOut = 256;
  std::vector<float> by_rows(kIn * kOut), transposed(kIn * kOut);
  VectorXd x(kIn), sums(kOut);
  for (std::int64_t i = 0; i < kIn; ++i) x(i) = static_cast<double>(i % 7);
  for (std::int64_t i = 0; i < kOut; ++i) {  // W's row i: x(2 i) - 3 x(2 i + 1)
    by_rows[i * kIn + 2 * i] = transposed[2 * i * kOut + i] = 1;
    by_rows[i * kIn + 2 * i + 1] = transposed[(2 * i + 1) * kOut + i] = -3;
    sums(i) = x(2 * i) - 3 * x(2 * i + 1);
  }
  for (const std::string_view how : {"right", "left", "Gemm", "Gemm turned", "twice"}) {
    OnnxBuilder builder(how == "left" ? OnnxBuilder::Dims{kIn} : OnnxBuilder::Dims{1, kIn});
    const bool as_map = how == "left" || how == "Gemm turned";
    builder.floats("W", as_map ? OnnxBuilder::Dims{kOut, kIn} : OnnxBuilder::Dims{kIn, kOut},
                   as_map ? by_rows : transposed);
    if (how.starts_with("Gemm")) {
      auto& gemm = builder.node("Gemm", {"x", "W"}, "y");
      OnnxBuilder::set(gemm, "alpha", 2.0F);
      OnnxBuilder::set(gemm, "transB", std::int64_t{as_map});
    } else if (how == "twice") {
      builder.floats("V", {kOut, kIn}, by_rows);
      builder.node("MatMul", {"x", "W"}, "sums");
      builder.node("MatMul", {"sums", "V"}, "y");
    } else {
      builder.node("MatMul",
                   as_map ? std::vector<std::string>{"W", "x"} : std::vector<std::string>{"x", "W"},
                   "y");
    }
    const Network network = network_of(builder);
    EXPECT_TRUE(network.layer(1).weights.is_sparse()) << how;
    const VectorXd y = logits(network, x);
    if (how == "twice") {
      ASSERT_EQ(y.size(), kIn);
      for (std::int64_t i = 0; i < kOut; ++i) {
        EXPECT_EQ(y(2 * i), sums(i));
        EXPECT_EQ(y(2 * i + 1), -3 * sums(i));
      }
    } else {
      EXPECT_EQ(y, how.starts_with("Gemm") ? VectorXd(2 * sums) : sums) << how;
    }
  }
}

TEST(OnnxRead, NormalisationIsFoldedIntoTheFirstLayer) {
  OnnxBuilder builder({-1, 1, 3});
  builder.floats("mean", {1, 3}, {0.25F, 0.5F, 0.75F});
  builder.floats("deviation", {}, {0.3081F});
  builder.floats("scale", {1, 1, 3}, {2, 4, 8});
  builder.floats("shift", {1}, {-1});
  builder.floats("from", {}, {3});
  builder.floats("W", {3, 2}, kTransposed);
  builder.node("Sub", {"x", "mean"}, "a");
  builder.node("Div", {"a", "deviation"}, "b");
  builder.node("Mul", {"scale", "b"}, "c");
  builder.node("Add", {"shift", "c"}, "d");
  builder.node("Sub", {"from", "d"}, "e");
  builder.node("Flatten", {"e"}, "f");
  builder.node("Gemm", {"f", "W"}, "y");
  const Network network = network_of(builder);
  EXPECT_EQ(network.depth(), 1);
  const double deviation = 0.3081F;
  const Vector3d v =
      (Vector3d(2, 4, 8).array() * (kX - Vector3d(0.25, 0.5, 0.75)).array() / deviation - 1)
          .matrix();
  const VectorXd expected = weights() * (Vector3d::Constant(3) - v);
  EXPECT_LE((logits(network, kX) - expected).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(OnnxRead, LinearLayersAreComposedAndScaledBetweenRelus) {
  OnnxBuilder builder({1, 3});
  builder.floats("W", {3, 2}, kTransposed);
  builder.floats("V", {2, 2}, {1, -1, 2, 1});
  builder.floats("two", {}, {2});
  builder.node("Gemm", {"x", "W"}, "a");
  builder.node("MatMul", {"a", "V"}, "b");
  builder.node("Relu", {"b"}, "c");
  builder.node("Mul", {"c", "two"}, "d");
  builder.node("MatMul", {"d", "V"}, "y");
  const Network network = network_of(builder);
  EXPECT_EQ(network.depth(), 2);
  const Eigen::Matrix2d v{{1, 2}, {-1, 1}};  // transposed
  const VectorXd hidden = (v * weights() * kX).cwiseMax(0.0);
  EXPECT_LE((logits(network, kX) - v * 2 * hidden).norm(), 1e-12);
}

TEST(OnnxRead, FinalReluMakesTheOutputRelu) {
  OnnxBuilder builder({1, 3});
  builder.floats("W", {3, 2}, kTransposed);
  builder.node("Gemm", {"x", "W"}, "a");
  builder.node("Relu", {"a"}, "b");
  builder.node("Relu", {"b"}, "c");
  builder.node("Identity", {"c"}, "y");
  const Network network = network_of(builder);
  EXPECT_EQ(network.depth(), 1);
  EXPECT_EQ(network.output, OutputKind::relu);
}

TEST(OnnxRead, ReluOfTheInputAndScaledOutputAreLayers) {
  OnnxBuilder builder({3});
  builder.floats("scale", {3}, {1, 2, 3});
  builder.node("Relu", {"x"}, "a");
  builder.node("Mul", {"a", "scale"}, "y");
  const Network network = network_of(builder);
  EXPECT_EQ(network.depth(), 2);
  EXPECT_EQ(outputs(network, kX), VectorXd(Vector3d(0.5, 0, 6)));
}

TEST(OnnxRead, SoftmaxIsDroppedWithAWarning) {
  for (const std::string op : {"Softmax", "LogSoftmax"}) {
    for (const std::int64_t opset : {9, 13}) {
      OnnxBuilder builder({1, 3}, opset);
      builder.floats("W", {3, 2}, kTransposed);
      builder.node("Gemm", {"x", "W"}, "a");
      builder.node(op, {"a"}, "b");
      builder.node("Flatten", {"b"}, "y");
      const auto model = builder.read();
      ASSERT_TRUE(model) << model.error().message;
      ASSERT_EQ(model->warnings.size(), 1U);
      EXPECT_NE(model->warnings[0].find(op), std::string::npos);
      EXPECT_EQ(logits(model->network, kX), VectorXd(weights() * kX));
      EXPECT_EQ(model->network.output, OutputKind::linear);
    }
  }
}

TEST(OnnxRead, ShapesDropoutCastAndConstants) {
  OnnxBuilder builder({-1, 3, 1});
  onnx::NodeProto& constant = builder.node("Constant", {}, "W_double");
  onnx::AttributeProto& value = *constant.add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_data_type(onnx::TensorProto::DOUBLE);
  value.mutable_t()->add_dims(6);
  for (const float w : kTransposed) value.mutable_t()->add_double_data(w);
  OnnxBuilder::set(builder.node("Cast", {"W_double"}, "W_float"), "to",
                   std::int64_t{onnx::TensorProto::FLOAT});
  OnnxBuilder::set(builder.node("Constant", {}, "shape_W"), "value_ints", OnnxBuilder::Dims{3, -1});
  builder.node("Reshape", {"W_float", "shape_W"}, "W");
  builder.integers("last", {-1});
  builder.integers("first", {0});
  builder.integers("shape", {0, -1});
  builder.node("Squeeze", {"x", "last"}, "a");
  builder.node("Unsqueeze", {"a", "first"}, "b");
  builder.node("Squeeze", {"b"}, "c");
  builder.node("Unsqueeze", {"c", "first"}, "d");
  builder.node("Reshape", {"d", "shape"}, "e");
  builder.node("Dropout", {"e"}, "f");
  OnnxBuilder::set(builder.node("Cast", {"f"}, "g"), "to", std::int64_t{onnx::TensorProto::DOUBLE});
  builder.node("MatMul", {"g", "W"}, "y");
  EXPECT_EQ(logits(network_of(builder), kX), VectorXd(weights() * kX));
}

TEST(OnnxRead, OldOpsetsKeepAxesAndShapesInAttributes) {
  OnnxBuilder builder({1, 1, 3}, 4);
  OnnxBuilder::set(builder.node("Squeeze", {"x"}, "a"), "axes", OnnxBuilder::Dims{0, 1});
  OnnxBuilder::set(builder.node("Unsqueeze", {"a"}, "b"), "axes", OnnxBuilder::Dims{0});
  OnnxBuilder::set(builder.node("Reshape", {"b"}, "c"), "shape", OnnxBuilder::Dims{1, 3});
  builder.floats("W", {3, 2}, kTransposed);
  builder.floats("b0", {2}, {10, 20});
  builder.add_input("W", {3, 2});  // initializers among the inputs
  onnx::NodeProto& gemm = builder.node("Gemm", {"c", "W", "b0"}, "y");
  OnnxBuilder::set(gemm, "broadcast", std::int64_t{1});
  EXPECT_EQ(logits(network_of(builder), kX), VectorXd(weights() * kX + Vector2d(10, 20)));
}

TEST(OnnxRead, NewerOpsetsAreReadWithAWarning) {
  for (const std::int64_t opset : {28, 99}) {
    OnnxBuilder builder({1, 3}, opset);
    builder.floats("W", {3, 2}, kTransposed);
    builder.node("MatMul", {"x", "W"}, "y");
    const auto model = builder.read();
    ASSERT_TRUE(model) << model.error().message;
    ASSERT_EQ(model->warnings.size(), opset > 28 ? 1U : 0U);
    const std::string said = opset > 28 ? model->warnings[0] : "operator set 99";
    EXPECT_NE(said.find("operator set 99"), std::string::npos);
  }
}

TEST(OnnxRead, NodesInAnyOrderAndUnusedOnesIgnored) {
  OnnxBuilder builder({1, 3});
  builder.node("Relu", {"a"}, "y");
  builder.node("Conv", {"x"}, "unused");
  builder.node("Gemm", {"x", "W"}, "a");
  builder.floats("W", {3, 2}, kTransposed);
  EXPECT_EQ(outputs(network_of(builder), kX), VectorXd((weights() * kX).cwiseMax(0.0)));
}

TEST(OnnxRead, RawDoubleDataIsTakenBitByBit) {
  OnnxBuilder builder({1, 1});
  onnx::TensorProto& tensor = builder.floats("W", {1, 2}, {});
  const std::vector<double> values = {0.1, -1.0 / 3};
  tensor.set_data_type(onnx::TensorProto::DOUBLE);
  tensor.set_raw_data(values.data(), 16);
  builder.node("MatMul", {"x", "W"}, "y");
  EXPECT_EQ(network_of(builder).layers[0].weights.dense().reshaped(),
            VectorXd(Vector2d(0.1, -1.0 / 3)));
}

}  // namespace
}  // namespace brink
