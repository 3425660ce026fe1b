// What we write, we read; and the published networks, where they are at hand.
#include <gtest/gtest.h>

#include <filesystem>

#include "brink/base/files.h"
#include "brink/io/onnx.h"
#include "external_solvers.h"
#include "onnx_builder.h"
#include "random_network.h"

namespace brink {
namespace {

Network rounded_to_float(Network network) {
  for (Layer& layer : network.layers) {
    layer.weights = layer.weights.dense().cast<float>().cast<double>().eval();
    layer.bias = layer.bias.cast<float>().cast<double>().eval();
  }
  return network;
}

int data_type(const std::string& bytes) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  for (const auto& tensor : model.graph().initializer()) {
    EXPECT_EQ(tensor.data_type(), model.graph().initializer(0).data_type());
  }
  EXPECT_EQ(model.graph().input(0).type().tensor_type().elem_type(),
            model.graph().initializer(0).data_type());
  return model.graph().initializer(0).data_type();
}

TEST(OnnxWrite, ReadingGivesAnEqualNetwork) {
  Random random(7);
  for (const auto& sizes :
       std::vector<std::vector<int>>{{3, 2}, {1, 1}, {5, 4, 3}, {6, 1, 5, 2}, {4, 7, 7, 7, 3}}) {
    for (const OutputKind kind : {OutputKind::linear, OutputKind::relu}) {
      Network network = testing::random_network(sizes, random, 1.5, kind);
      network.layers.back().bias(0) = -0.0;
      for (const Network& written : {network, rounded_to_float(network)}) {
        const auto read = parse_onnx(to_onnx(written), "net.onnx");
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_TRUE(read->warnings.empty());
        EXPECT_EQ(read->network.output, kind);
        EXPECT_EQ(content_hash(read->network), content_hash(written));
      }
    }
  }
}

TEST(OnnxWrite, FloatWhereThatIsExactAndDoubleElse) {
  Random random(8);
  const Network network = testing::random_network({3, 4, 2}, random);
  EXPECT_EQ(data_type(to_onnx(network)), onnx::TensorProto::DOUBLE);
  EXPECT_EQ(data_type(to_onnx(rounded_to_float(network))), onnx::TensorProto::FLOAT);
}

TEST(OnnxWrite, FilesAppearWholeOrNotAtAll) {
  Random random(9);
  const testing::ScratchFolder folder;
  const auto path = folder.path() / "net.onnx";
  Network network = testing::random_network({3, 4, 2}, random);
  ASSERT_TRUE(write_onnx(network, path));
  const auto read = read_onnx(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(content_hash(read->network), content_hash(network));

  network.layers[0].weights.dense()(1, 1) = std::nan("");
  EXPECT_FALSE(write_onnx(network, path));
  EXPECT_TRUE(read_onnx(path));  // the old file is still there
  network.layers[0].weights.dense()(1, 1) = 0;
  EXPECT_FALSE(write_onnx(network, folder.path() / "none" / "net.onnx"));
}

/// The data folder beside the checkout, seen from here or a folder above; empty: none.
std::filesystem::path shared_data() {
  for (auto at = std::filesystem::current_path(); at != at.parent_path(); at = at.parent_path()) {
    const auto data = at / ".." / "shared" / "data";
    if (std::filesystem::is_directory(data / "vnncomp")) return data;
  }
  return {};
}

TEST(OnnxRead, PublishedNetworks) {
  const auto data = shared_data();
  if (data.empty()) GTEST_SKIP() << "../shared/data is not there";
  const auto read = [&data](const std::string& file) {
    auto model = read_onnx(data / file);
    if (!model) throw std::runtime_error(model.error().message);
    EXPECT_TRUE(model->warnings.empty()) << file;
    return model->network;
  };
  for (int d = 1; d <= 5; ++d) {
    const Network network = read("dnn/DNN" + std::to_string(d) + ".onnx");
    EXPECT_EQ(network.input_size(), 784);
    EXPECT_EQ(network.output_size(), 10);
    EXPECT_EQ(network.depth(), std::vector<int>({4, 7, 5, 6, 6})[static_cast<std::size_t>(d - 1)]);
  }
  for (const int hidden : {2, 4, 6}) {
    const Network network =
        read("vnncomp/mnist_fc/onnx/mnist-net_256x" + std::to_string(hidden) + ".onnx");
    EXPECT_EQ(network.depth(), hidden + 1);
    EXPECT_EQ(network.width(1), 256);
  }
  int acasxu = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(data / "vnncomp" / "acasxu" / "onnx")) {
    const Network network = read("vnncomp/acasxu/onnx/" + entry.path().filename().string());
    EXPECT_EQ(network.depth(), 7);
    EXPECT_EQ(network.input_size(), 5);
    EXPECT_EQ(network.output_size(), 5);
    ++acasxu;
  }
  EXPECT_EQ(acasxu, 45);
  EXPECT_EQ(read("vnncomp/test/test_nano.onnx").output, OutputKind::relu);
  EXPECT_EQ(read("vnncomp/test/test_tiny.onnx").depth(), 2);
  EXPECT_EQ(read("vnncomp/test/test_small.onnx").depth(), 3);
  EXPECT_EQ(read("vnncomp/test/test_sat.onnx").depth(), 7);
}

}  // namespace
}  // namespace brink
