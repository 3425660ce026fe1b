// Files in tests/data/onnx against the outputs that onnx's own evaluator gives in double precision.
//
// Most are written by make.py there, a kind of graph each; sklearn_* and torch_* were exported.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "brink/base/files.h"
#include "brink/base/random.h"
#include "brink/io/onnx.h"

namespace brink {
namespace {

using Eigen::VectorXd;
using nlohmann::json;

std::filesystem::path onnx_folder() {
  return std::filesystem::path(__FILE__).parent_path().parent_path() / "data" / "onnx";
}

json expected_outputs() {
  return json::parse(std::ifstream(onnx_folder() / "expected.json"));
}

VectorXd vector_of(const json& numbers) {
  const auto values = numbers.get<std::vector<double>>();
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

bool warns(const NetworkFile& model, const std::string& words) {
  return std::any_of(model.warnings.begin(), model.warnings.end(), [&](const std::string& line) {
    return line.find(words) != std::string::npos;
  });
}

NetworkFile model_of(const std::string& file, const std::string& output_name = "") {
  auto model = read_onnx(onnx_folder() / file, {output_name});
  if (!model) throw std::runtime_error(model.error().message);
  return *model;
}

/// The outputs that stand for these: for one that a Sigmoid followed, it and 0.
VectorXd as_read(const VectorXd& y, const NetworkFile& model) {
  if (model.dropped != DroppedEnding::sigmoid || y.size() > 1) return y;
  const bool first = warns(model, "y and 0");
  return Eigen::Vector2d(first ? y(0) : 0, first ? 0 : y(0));
}

TEST(OnnxFiles, ComputeWhatTheReferenceDoes) {
  const json files = expected_outputs();
  EXPECT_GE(files.size(), 40U);
  for (const auto& [file, values] : files.items()) {
    const NetworkFile model = model_of(file);
    for (std::size_t i = 0; i < values["inputs"].size(); ++i) {
      const VectorXd y = as_read(vector_of(values["outputs"][i]), model);
      const VectorXd ours = outputs(model.network, vector_of(values["inputs"][i]));
      ASSERT_EQ(ours.size(), y.size()) << file;
      const double scale = std::max(1.0, y.cwiseAbs().maxCoeff());
      EXPECT_LE((ours - y).cwiseAbs().maxCoeff(), 1e-12 * scale) << file;
    }
  }
}

TEST(OnnxFiles, SayWhatTheyLeaveOut) {
  EXPECT_EQ(model_of("external.onnx").dropped, DroppedEnding::none);
  EXPECT_TRUE(model_of("external.onnx").warnings.empty());
  EXPECT_TRUE(warns(model_of("batch_reshape.onnx"), "batch of 3"));
  EXPECT_TRUE(model_of("rows_are_one_input.onnx").warnings.empty());
  EXPECT_TRUE(warns(model_of("half_network.onnx"), "half precision"));
  const NetworkFile softmax = model_of("sklearn_classifier_scaled.onnx");
  EXPECT_EQ(softmax.dropped, DroppedEnding::softmax);
  EXPECT_TRUE(warns(softmax, "'probabilities' is read"));
  EXPECT_EQ(model_of("sklearn_multilabel.onnx").dropped, DroppedEnding::sigmoid);
  EXPECT_EQ(model_of("sklearn_multilabel.onnx").network.output_size(), 3);
  for (const std::string file : {"sigmoid.onnx", "sigmoid_pair.onnx", "sklearn_binary.onnx"}) {
    const NetworkFile model = model_of(file);
    EXPECT_EQ(model.dropped, DroppedEnding::sigmoid);
    EXPECT_TRUE(warns(model, "two outputs")) << file;
  }
}

TEST(OnnxFiles, OutputsByName) {
  const NetworkFile hidden = model_of("softmax_first.onnx", "r3");
  EXPECT_EQ(hidden.network.output, OutputKind::relu);
  EXPECT_EQ(hidden.network.output_size(), 5);
  const auto label = read_onnx(onnx_folder() / "sklearn_binary.onnx", {"label"});
  ASSERT_TRUE(label) << label.error().message;
  EXPECT_TRUE(warns(*label, "ArgMax is dropped"));
  EXPECT_EQ(content_hash(label->network), content_hash(model_of("sklearn_binary.onnx").network));
  const auto none = read_onnx(onnx_folder() / "sklearn_binary.onnx", {"prob"});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("'label', 'probabilities'"), std::string::npos);
}

TEST(OnnxFiles, DamagedBytesNeverCrash) {
  Random random(3);
  const json files = expected_outputs();
  for (const auto& [file, values] : files.items()) {
    const auto bytes = read_file(onnx_folder() / file);
    ASSERT_TRUE(bytes);
    for (int round = 0; round < 300; ++round) {
      std::string damaged = *bytes;
      for (int flips = 1 + random.index(3); flips > 0; --flips) {
        damaged[static_cast<std::size_t>(random.index(static_cast<int>(bytes->size())))] =
            static_cast<char>(random.index(256));
      }
      const auto model = parse_onnx(damaged, onnx_folder() / file);
      if (model) {
        EXPECT_TRUE(check(model->network));
      } else {
        EXPECT_EQ(model.error().kind, Error::Kind::bad_request);
        EXPECT_NE(model.error().message, "");
      }
    }
  }
}

}  // namespace
}  // namespace brink
