// What is refused, and that the one line says what is wrong and where.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "brink/base/random.h"
#include "brink/io/onnx.h"
#include "onnx_builder.h"
#include "random_network.h"

namespace brink {
namespace {

using testing::OnnxBuilder;

void expect_refused(const OnnxBuilder& builder, const std::vector<std::string>& says) {
  const auto model = builder.read();
  ASSERT_FALSE(model) << "read, but should say: " << says.front();
  EXPECT_EQ(model.error().kind, Error::Kind::bad_request);
  const std::string& message = model.error().message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_NE(message.find("net.onnx"), std::string::npos) << message;
  for (const std::string& word : says) {
    EXPECT_NE(message.find(word), std::string::npos) << "no '" << word << "' in: " << message;
  }
}

/// x [1, 3] -> Gemm with 3x2 weights "W" -> "a".
OnnxBuilder with_gemm() {
  OnnxBuilder builder({1, 3});
  builder.floats("W", {3, 2}, {1, 2, 3, 4, 5, 6});
  builder.node("Gemm", {"x", "W"}, "a");
  return builder;
}

TEST(OnnxRefusal, OperatorsOutsideTheList) {
  const std::pair<std::string, std::string> cases[] = {{"Tanh", "curved"},
                                                       {"Gelu", "curved"},
                                                       {"HardSwish", "curved"},
                                                       {"Exp", "curved"},
                                                       {"Sqrt", "curved"},
                                                       {"LayerNormalization", "curved"},
                                                       {"ArgMax", "--output-name"},
                                                       {"Sign", "jumps"},
                                                       {"ThresholdedRelu", "jumps"},
                                                       {"TopK", "jumps"},
                                                       {"QuantizeLinear", "rounds"},
                                                       {"Floor", "rounds"},
                                                       {"ReduceL2", "constants only"},
                                                       {"Loop", "control flow"},
                                                       {"Einsum", "not supported"},
                                                       {"LSTM", "not supported"},
                                                       {"", "not supported"}};
  for (const auto& [op, reason] : cases) {
    OnnxBuilder builder = with_gemm();
    builder.node(op, {"a"}, "y");
    expect_refused(builder, {"the_y", op, reason});
  }
  OnnxBuilder builder = with_gemm();
  builder.node("Relu", {"a"}, "y").set_domain("com.example");
  expect_refused(builder, {"the_y", "com.example.Relu"});
}

TEST(OnnxRefusal, UnnamedNodesAreNamedByTheirOutput) {
  OnnxBuilder builder = with_gemm();
  builder.node("Erf", {"a"}, "y").clear_name();
  expect_refused(builder, {"'y'", "Erf"});
}

TEST(OnnxRefusal, AttributesOutsideTheList) {
  OnnxBuilder builder = with_gemm();
  OnnxBuilder::set(builder.node("Relu", {"a"}, "y"), "slope", 0.1F);
  expect_refused(builder, {"the_y", "Relu", "slope"});
  OnnxBuilder wrong_type = with_gemm();
  OnnxBuilder::set(*wrong_type.graph().mutable_node(0), "transB", 1.0F);
  wrong_type.node("Relu", {"a"}, "y");
  expect_refused(wrong_type, {"the_a", "transB"});
}

TEST(OnnxRefusal, WhatIsNotLinear) {
  OnnxBuilder squared({1, 3});
  squared.node("Mul", {"x", "x"}, "y");
  expect_refused(squared, {"the_y", "Mul"});

  OnnxBuilder inverse({1, 3});
  inverse.floats("one", {}, {1});
  inverse.node("Div", {"one", "x"}, "y");
  expect_refused(inverse, {"the_y", "Div"});

  // The signal would be swallowed by a node that returns its constant input.
  OnnxBuilder swallowed({1, 3});
  swallowed.floats("c", {1, 3}, {1, 2, 3});
  swallowed.node("Relu", {"x"}, "r");
  swallowed.node("Dropout", {"c", "r"}, "d");
  swallowed.node("Add", {"x", "d"}, "y");
  expect_refused(swallowed, {"the_d", "Dropout"});
}

TEST(OnnxRefusal, SoftmaxNotAtTheEndOrNotOverAllOutputs) {
  OnnxBuilder middle = with_gemm();
  middle.node("Softmax", {"a"}, "b");
  middle.node("Relu", {"b"}, "y");
  expect_refused(middle, {"the_y", "Softmax"});
  OnnxBuilder axis = with_gemm();
  OnnxBuilder::set(axis.node("Softmax", {"a"}, "y"), "axis", std::int64_t{0});
  expect_refused(axis, {"the_y", "axis 0"});
}

TEST(OnnxRefusal, WindowsThatDoNotFit) {
  const auto with = [](const std::string& op, const OnnxBuilder::Dims& input,
                       const OnnxBuilder::Dims& weights) {
    OnnxBuilder builder(input);
    builder.floats("W", weights,
                   std::vector<float>(static_cast<std::size_t>(
                       std::accumulate(weights.begin(), weights.end(), 1, std::multiplies<>()))));
    builder.node(op, {"x", "W"}, "y");
    return builder;
  };
  expect_refused(with("Conv", {1, 2, 4}, {3, 3, 2}), {"the_y", "Conv", "[3, 3, 2]", "[1, 2, 4]"});
  expect_refused(with("Conv", {1, 2, 4}, {3, 2, 5}), {"the_y", "Conv", "does not fit"});
  expect_refused(with("Conv", {1, 2}, {3, 2}), {"the_y", "Conv", "channels"});
  expect_refused(with("ConvTranspose", {1, 2, 4}, {3, 3, 2}),
                 {"the_y", "ConvTranspose", "[3, 3, 2]"});
  OnnxBuilder no_kernel({1, 2, 4});
  no_kernel.node("MaxPool", {"x"}, "y");
  expect_refused(no_kernel, {"the_y", "MaxPool", "kernel_shape"});
  OnnxBuilder strides = with("Conv", {1, 2, 4}, {3, 2, 2});
  OnnxBuilder::set(*strides.graph().mutable_node(0), "strides", OnnxBuilder::Dims{0});
  expect_refused(strides, {"the_y", "Conv", "strides [0]"});
  OnnxBuilder split({1, 4});
  split.integers("parts", {1, 2});
  OnnxBuilder::set(split.node("Split", {"x", "parts"}, "y"), "axis", std::int64_t{1});
  expect_refused(split, {"the_y", "Split", "[1, 2]"});
  OnnxBuilder resize({1, 1, 4});
  resize.floats("factors", {3}, {1, 1, 1.5F});
  resize.node("Upsample", {"x", "factors"}, "y");
  expect_refused(resize, {"the_y", "Upsample", "1.5"});
  OnnxBuilder two({1, 4});
  two.node("PRelu", {"x", "x"}, "y");
  expect_refused(two, {"the_y", "PRelu", "two values"});
}

TEST(OnnxRefusal, SizesThatDoNotChain) {
  OnnxBuilder gemm({1, 4});
  gemm.floats("W", {3, 2}, {1, 2, 3, 4, 5, 6});
  gemm.node("Gemm", {"x", "W"}, "y");
  expect_refused(gemm, {"the_y", "[1, 4]", "[3, 2]"});

  OnnxBuilder bias = with_gemm();
  bias.floats("b", {3}, {1, 2, 3});
  bias.node("Add", {"a", "b"}, "y");
  expect_refused(bias, {"the_y", "[3]", "[1, 2]"});

  OnnxBuilder spread = with_gemm();
  spread.floats("b", {3, 1}, {1, 2, 3});
  spread.node("Add", {"a", "b"}, "y");
  expect_refused(spread, {"the_y", "[3, 2]"});

  OnnxBuilder reshape = with_gemm();
  reshape.integers("s", {3, 5});
  reshape.node("Reshape", {"a", "s"}, "y");
  expect_refused(reshape, {"the_y", "[3, 5]"});
}

TEST(OnnxRefusal, NumbersThatAreNone) {
  for (const double bad : {std::nan(""), static_cast<double>(INFINITY)}) {
    OnnxBuilder builder = with_gemm();
    builder.graph().mutable_initializer(0)->set_float_data(4, static_cast<float>(bad));
    builder.node("Relu", {"a"}, "y");
    expect_refused(builder, {"'W'", "element 4"});
  }
  OnnxBuilder zero = with_gemm();
  zero.floats("d", {2}, {1, 0});
  zero.node("Div", {"a", "d"}, "y");
  expect_refused(zero, {"the_y", "zero"});
  // Finite factors, infinite product.
  OnnxBuilder overflow({1, 1});
  onnx::TensorProto& huge = overflow.floats("W", {1, 1}, {});
  huge.set_data_type(onnx::TensorProto::DOUBLE);
  huge.add_double_data(1e300);
  overflow.node("MatMul", {"x", "W"}, "a");
  overflow.node("MatMul", {"a", "W"}, "y");
  expect_refused(overflow, {"infinite"});
}

TEST(OnnxRefusal, TensorsThatDoNotFit) {
  OnnxBuilder short_of = with_gemm();
  short_of.graph().mutable_initializer(0)->mutable_float_data()->RemoveLast();
  short_of.node("Relu", {"a"}, "y");
  expect_refused(short_of, {"'W'", "5 numbers", "6"});

  OnnxBuilder raw = with_gemm();
  raw.graph().mutable_initializer(0)->set_raw_data("seven b");
  raw.node("Relu", {"a"}, "y");
  expect_refused(raw, {"'W'", "7 bytes", "24"});

  for (const std::int64_t extent : {std::int64_t{-3}, std::int64_t{1} << 62}) {
    OnnxBuilder shape = with_gemm();
    shape.graph().mutable_initializer(0)->set_dims(0, extent);
    shape.node("Relu", {"a"}, "y");
    expect_refused(shape, {"'W'", std::to_string(extent)});
  }

  OnnxBuilder text = with_gemm();
  text.graph().mutable_initializer(0)->set_data_type(onnx::TensorProto::STRING);
  text.node("Relu", {"a"}, "y");
  expect_refused(text, {"'W'", "STRING"});
}

TEST(OnnxRefusal, GraphsThatAreNone) {
  OnnxBuilder cycle({1, 3});
  cycle.node("Relu", {"b"}, "a");
  cycle.node("Relu", {"a"}, "b");
  cycle.node("Relu", {"b"}, "y");
  expect_refused(cycle, {"Relu", "cycle"});

  OnnxBuilder missing = with_gemm();
  missing.node("Add", {"a", "nowhere"}, "y");
  expect_refused(missing, {"the_y", "'nowhere'"});

  expect_refused(with_gemm(), {"'y'"});  // nothing makes the output

  OnnxBuilder twice = with_gemm();
  twice.node("Relu", {"a"}, "y");
  twice.node("Identity", {"a"}, "y");
  expect_refused(twice, {"'y'", "elsewhere"});

  OnnxBuilder constant({1, 3});
  constant.floats("c", {1}, {1});
  constant.node("Identity", {"c"}, "y");
  expect_refused(constant, {"'y'", "does not depend"});

  OnnxBuilder nothing({1, 3});
  nothing.node("Identity", {"x"}, "y");
  expect_refused(nothing, {"no layer"});

  OnnxBuilder two_inputs = with_gemm();
  two_inputs.add_input("z", {1});
  two_inputs.node("Relu", {"a"}, "y");
  expect_refused(two_inputs, {"'x'", "'z'"});

  OnnxBuilder dynamic({1, -1});
  dynamic.node("Relu", {"x"}, "y");
  expect_refused(dynamic, {"'x'", "extent 2"});

  OnnxBuilder no_opset = with_gemm();
  no_opset.node("Relu", {"a"}, "y");
  no_opset.model.clear_opset_import();
  expect_refused(no_opset, {"operator set"});
}

TEST(OnnxRefusal, TooFewAndTooManyInputs) {
  OnnxBuilder few = with_gemm();
  few.node("Add", {"a"}, "y");
  expect_refused(few, {"the_y", "input 2"});
  OnnxBuilder omitted = with_gemm();
  omitted.node("Add", {"", "a"}, "y");
  expect_refused(omitted, {"the_y", "input 1"});
  OnnxBuilder many = with_gemm();
  many.node("Relu", {"a", "x"}, "y");
  expect_refused(many, {"the_y", "2 inputs"});
}

std::string sound_file() {
  Random random(1);
  return to_onnx(testing::random_network({3, 4, 2}, random));
}

TEST(OnnxRefusal, EveryTruncationIsRefusedOrReadsNothingElse) {
  const std::string bytes = sound_file();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto model = parse_onnx(bytes.substr(0, length), "net.onnx");
    EXPECT_FALSE(model) << "cut to " << length << " of " << bytes.size();
  }
}

TEST(OnnxRefusal, DamagedBytesNeverCrash) {
  const std::string bytes = sound_file();
  Random random(2);
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = bytes;
    for (int flips = 1 + random.index(3); flips > 0; --flips) {
      damaged[static_cast<std::size_t>(random.index(static_cast<int>(bytes.size())))] =
          static_cast<char>(random.index(256));
    }
    const auto model = parse_onnx(damaged, "net.onnx");
    if (!model) {
      ++refused;
      EXPECT_EQ(model.error().kind, Error::Kind::bad_request);
    } else {
      EXPECT_TRUE(check(model->network));
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST(OnnxRefusal, GarbageAndMissingFiles) {
  for (const std::string& bytes : {std::string(), std::string("no network\n"),
                                   std::string(4096, '\0'), std::string(4096, '\x7f')}) {
    EXPECT_FALSE(parse_onnx(bytes, "net.onnx"));
  }
  const auto missing = read_onnx("no/such/net.onnx");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("no/such/net.onnx"), std::string::npos);
}

TEST(OnnxRefusal, HugeExtentsOfNothing) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 40;
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{kHuge, 0}, {0, kHuge}, {0, 3}, {3, 0}}) {
    OnnxBuilder builder({1, 3});
    builder.floats("W", shape, {});
    builder.node("Gemm", {"x", "W"}, "y");
    expect_refused(builder, {"shape ["});
  }
}

}  // namespace
}  // namespace brink
