// Graphs that are read only in part, or not: external data, batches, outputs, branches, growth.
#include <gtest/gtest.h>

#include <fstream>

#include "brink/io/onnx.h"
#include "data/temporary_folder.h"
#include "onnx_builder.h"

namespace brink {
namespace {

namespace fs = std::filesystem;
using testing::OnnxBuilder;

void expect_says(const std::string& message, const std::vector<std::string>& words) {
  EXPECT_FALSE(message.empty()) << "read, but should say: " << words.front();
  EXPECT_EQ(message.find('\n'), std::string::npos);
  for (const std::string& word : words) {
    EXPECT_NE(message.find(word), std::string::npos) << "no '" << word << "' in: " << message;
  }
}

using Entries = std::vector<std::pair<std::string, std::string>>;

/// x [1, 3] -> MatMul with 3x2 weights in another file.
std::string with_external(const Entries& entries) {
  OnnxBuilder builder({1, 3});
  onnx::TensorProto& tensor = builder.floats("W", {3, 2}, {});
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    onnx::StringStringEntryProto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  builder.node("MatMul", {"x", "W"}, "y");
  return builder.bytes();
}

class OnnxExternal : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(inside() / "sub");
    const std::vector<float> numbers = {-1, 1, 2, 3, 4, 5, 6};
    for (const fs::path& file :
         {inside() / "w.data", inside() / "sub" / "w.data", folder_.path() / "out.data"}) {
      std::ofstream(file, std::ios::binary)
          .write(reinterpret_cast<const char*>(numbers.data()), 28);
    }
  }
  fs::path inside() const { return folder_.path() / "model"; }
  std::string refusal(const Entries& entries) const {
    const auto model = parse_onnx(with_external(entries), inside() / "net.onnx");
    return model ? "" : model.error().message;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(OnnxExternal, IsReadFromTheModelsFolder) {
  for (const std::string file : {"w.data", "sub/w.data", "./w.data"}) {
    for (const Entries& more : {Entries{{"length", "24"}}, Entries{}, Entries{{"checksum", "0"}}}) {
      Entries entries = {{"location", file}, {"offset", "4"}};
      entries.insert(entries.end(), more.begin(), more.end());
      const auto model = parse_onnx(with_external(entries), inside() / "net.onnx");
      ASSERT_TRUE(model) << model.error().message;
      const Eigen::Matrix<double, 2, 3> expected{{1, 3, 5}, {2, 4, 6}};
      EXPECT_EQ(model->network.layers[0].weights.dense(), expected);
    }
  }
}

TEST_F(OnnxExternal, OutsideItIsRefused) {
  fs::create_symlink(folder_.path() / "out.data", inside() / "link.data");
  fs::create_directory_symlink(folder_.path(), inside() / "up");
  const std::string absolute = (folder_.path() / "out.data").string();
  for (const std::string& file :
       {std::string("../out.data"), std::string("sub/../../out.data"), absolute,
        std::string("link.data"), std::string("up/out.data"), std::string("w.data\0x", 8)}) {
    expect_says(refusal({{"location", file}, {"offset", "4"}}), {"'W'", "outside"});
  }
  fs::create_symlink("sub/w.data", inside() / "within.data");
  EXPECT_EQ(refusal({{"location", "within.data"}}), "");
}

TEST_F(OnnxExternal, WhatDoesNotFitIsRefused) {
  expect_says(refusal({{"location", "gone.data"}}), {"'W'", "gone.data", "beside the model"});
  expect_says(refusal({{"location", "sub"}}), {"'W'", "'sub'"});
  expect_says(refusal({}), {"'W'", "location"});
  expect_says(refusal({{"location", "w.data"}, {"offset", "5"}}), {"'W'", "w.data", "28"});
  for (const std::string number : {"-4", "4x", "", "99999999999999999999"}) {
    expect_says(refusal({{"location", "w.data"}, {"offset", number}}), {"'W'", "whole number"});
  }
  expect_says(refusal({{"location", "w.data"}, {"offset", "18446744073709551612"}}), {"w.data"});
  expect_says(refusal({{"location", "w.data"}, {"length", "20"}}), {"'W'", "20", "24"});
}

/// x -> Gemm with 3x2 weights -> a.
OnnxBuilder gemm_of(const OnnxBuilder::Dims& input) {
  OnnxBuilder builder(input);
  builder.floats("W", {3, 2}, {1, 2, 3, 4, 5, 6});
  builder.node("Gemm", {"x", "W"}, "a");
  return builder;
}

TEST(OnnxBatch, OnlyWhereEveryOperatorCarriesIt) {
  OnnxBuilder mixed = gemm_of({4, 3});
  mixed.integers("s", {1, 8});
  mixed.node("Reshape", {"a", "s"}, "y");
  expect_says(mixed.refusal(), {"the_y", "[1, 8]", "extent 4", "batch"});

  OnnxBuilder added = gemm_of({2, 3});
  added.floats("c", {2, 1}, {1, 2});
  added.node("Add", {"a", "c"}, "y");
  expect_says(added.refusal(), {"the_y", "[2, 2]"});

  OnnxBuilder softmax = gemm_of({2, 3});
  OnnxBuilder::set(softmax.node("Softmax", {"a"}, "y"), "axis", std::int64_t{0});
  expect_says(softmax.refusal(), {"the_y", "axis 0"});

  OnnxBuilder output = gemm_of({4, 3});
  output.node("Relu", {"a"}, "y");
  auto& shape = *output.graph().mutable_output(0)->mutable_type()->mutable_tensor_type();
  shape.mutable_shape()->add_dim()->set_dim_value(5);
  expect_says(output.refusal(), {"leading extent 4", "5"});

  OnnxBuilder later = gemm_of({4, 3});
  later.node("Gelu", {"a"}, "y");
  expect_says(later.refusal(), {"the_y", "Gelu"});
}

TEST(OnnxBatch, RowsThatTheGraphJoinsAreOneInput) {
  for (const bool by_reshape : {false, true}) {
    OnnxBuilder builder({2, 3});
    builder.floats("W", {6, 1}, {1, 2, 3, 4, 5, 6});
    builder.integers("s", {1, -1});
    if (by_reshape) {
      builder.node("Reshape", {"x", "s"}, "f");
    } else {
      OnnxBuilder::set(builder.node("Flatten", {"x"}, "f"), "axis", std::int64_t{0});
    }
    builder.node("MatMul", {"f", "W"}, "y");
    const auto model = builder.read();
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->network.input_size(), 6);
    EXPECT_TRUE(model->warnings.empty());
  }
}

TEST(OnnxOutputs, AmbiguousOnesAreListed) {
  OnnxBuilder builder = gemm_of({1, 3});
  builder.node("Relu", {"a"}, "y");
  builder.graph().add_output()->set_name("a");
  expect_says(builder.refusal(), {"2 outputs", "'y', 'a'", "--output-name y"});
  const auto a = parse_onnx(builder.bytes(), "net.onnx", {"a"});
  ASSERT_TRUE(a) << a.error().message;
  EXPECT_EQ(a->network.output, OutputKind::linear);
}

TEST(OnnxOutputs, LogitsAreReadWhereTheirSoftmaxIsAnOutputToo) {
  OnnxBuilder builder = gemm_of({1, 3});
  builder.node("Softmax", {"a"}, "p");
  builder.node("Identity", {"p"}, "y");
  builder.graph().add_output()->set_name("a");
  const auto model = builder.read();
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->facts.output, "a");
  EXPECT_EQ(model->dropped, DroppedEnding::none);
  ASSERT_EQ(model->warnings.size(), 1U);
  EXPECT_NE(model->warnings[0].find("output 'a' is read, of 'y', 'a'"), std::string::npos);
  EXPECT_TRUE(parse_onnx(builder.bytes(), "net.onnx", {"y"}));
}

TEST(OnnxBranches, ProductsAreRefused) {
  OnnxBuilder product = gemm_of({1, 3});
  product.node("Mul", {"a", "a"}, "y");
  expect_says(product.refusal(), {"the_y", "multiplies"});
}

TEST(OnnxBranches, BesideTheBatchAreRefused) {
  OnnxBuilder rows = gemm_of({1, 3});
  OnnxBuilder::set(rows.node("Concat", {"a", "a"}, "y"), "axis", std::int64_t{0});
  expect_says(rows.refusal(), {"the_y", "axis 0", "batch"});
}

TEST(OnnxBranches, AValueMayBeGoneBackTo) {
  OnnxBuilder back = gemm_of({1, 3});
  back.node("Relu", {"a"}, "r");
  back.node("Shape", {"r"}, "s");
  back.node("Reshape", {"a", "s"}, "y");
  const auto model = back.read();
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->network.depth(), 1);  // the Relu is for its shape only
}

TEST(OnnxBranches, AShapeMayBeTakenAnywhere) {
  OnnxBuilder builder({1, 3});
  builder.node("Shape", {"x"}, "s");
  builder.floats("W", {3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  builder.node("Gemm", {"x", "W"}, "a");
  builder.node("Reshape", {"a", "s"}, "y");
  EXPECT_EQ(builder.refusal(), "");
}

TEST(OnnxEndings, AreNothingToGoOnFrom) {
  OnnxBuilder after = gemm_of({1, 3});
  after.node("Sigmoid", {"a"}, "p");
  after.node("Gemm", {"p", "W"}, "y");
  expect_says(after.refusal(), {"the_y", "follows a Sigmoid"});
}

TEST(OnnxGrowth, OfConstantsIsBounded) {
  OnnxBuilder filled({1, 3});
  filled.integers("s", {1 << 14, 1 << 14});
  filled.node("ConstantOfShape", {"s"}, "c");
  filled.node("Add", {"x", "c"}, "y");
  expect_says(filled.refusal(), {"the_c", "too large"});

  OnnxBuilder spread({1, 3});
  spread.floats("one", {}, {1});
  spread.integers("s", {1 << 14, 1 << 14});
  spread.node("Expand", {"one", "s"}, "c");
  spread.node("Add", {"x", "c"}, "y");
  expect_says(spread.refusal(), {"the_c", "too large"});

  OnnxBuilder range({1, 3});
  range.floats("zero", {}, {0});
  range.floats("many", {}, {1e30F});
  range.node("Range", {"zero", "many", "many"}, "one");
  range.node("Range", {"zero", "many", "one"}, "r");
  range.node("Add", {"x", "r"}, "y");
  expect_says(range.refusal(), {"Range"});

  OnnxBuilder layers({1, 3});
  layers.floats("down", {3, 1}, {1, 1, 1});
  layers.floats("up", {1, 1 << 14}, std::vector<float>(1 << 14));
  layers.floats("wide", {1 << 14}, std::vector<float>(1 << 14));
  layers.node("MatMul", {"x", "down"}, "a");
  layers.node("MatMul", {"a", "up"}, "b");
  layers.node("Relu", {"b"}, "r");
  layers.node("Mul", {"r", "wide"}, "c");
  layers.node("Relu", {"c"}, "y");
  expect_says(layers.refusal(), {"16384 x 16384", "too large"});
}

}  // namespace
}  // namespace brink
