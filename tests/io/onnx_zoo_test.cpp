// Files in tests/data/zoo, exported by tools/make_zoo.py: the network and the graph's evaluation
// against onnx's own evaluator in double precision, and what must be refused.
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

std::filesystem::path zoo() {
  return std::filesystem::path(__FILE__).parent_path().parent_path() / "data" / "zoo";
}

json read_json(const std::string& name) {
  return json::parse(std::ifstream(zoo() / name));
}

VectorXd numbers(const json& list) {
  const auto values = list.get<std::vector<double>>();
  return Eigen::Map<const VectorXd>(values.data(), std::ssize(values));
}

void expect_near(const VectorXd& ours, const VectorXd& theirs, const std::string& file) {
  ASSERT_EQ(ours.size(), theirs.size()) << file;
  const double scale = std::max(1.0, theirs.cwiseAbs().maxCoeff());
  EXPECT_LE((ours - theirs).cwiseAbs().maxCoeff(), 1e-12 * scale) << file;
}

TEST(OnnxZoo, NetworksAndGraphsComputeWhatTheReferenceDoes) {
  const json files = read_json("expected.json");
  EXPECT_GE(files.size(), 125U);
  for (const auto& [file, values] : files.items()) {
    const auto model = read_onnx(zoo() / file);
    ASSERT_TRUE(model) << model.error().message;
    for (std::size_t i = 0; i < values["inputs"].size(); ++i) {
      const VectorXd x = numbers(values["inputs"][i]), y = numbers(values["outputs"][i]);
      const auto plainly = model->network.as_in_file->evaluate(x);
      ASSERT_TRUE(plainly) << plainly.error().message;
      expect_near(*plainly, y, file);
      expect_near(outputs(model->network, x), y, file);
    }
  }
}

/// Zero and equal elements, where pieces meet, and extents far apart.
TEST(OnnxZoo, NetworksAreTheirGraphsWherePiecesMeet) {
  Random random(5);
  const json files = read_json("expected.json");
  for (const auto& [file, values] : files.items()) {
    const auto model = read_onnx(zoo() / file);
    ASSERT_TRUE(model) << model.error().message;
    for (int round = 0; round < 10; ++round) {
      const double scale = std::pow(10.0, random.index(7) - 3);
      const VectorXd x = VectorXd::NullaryExpr(model->network.input_size(), [&] {
        return scale * (random.index(3) - 1) * (round < 5 ? 1.0 : random.normal());
      });
      expect_near(outputs(model->network, x), *model->network.as_in_file->evaluate(x), file);
    }
  }
}

TEST(OnnxZoo, NetworksThatAreWrittenAreReadAgain) {
  const json files = read_json("expected.json");
  for (const auto& [file, values] : files.items()) {
    const auto model = read_onnx(zoo() / file);
    ASSERT_TRUE(model) << model.error().message;
    const auto again = parse_onnx(to_onnx(model->network), "again.onnx");
    ASSERT_TRUE(again) << file << ": " << again.error().message;
    EXPECT_EQ(content_hash(again->network), content_hash(model->network)) << file;
  }
}

TEST(OnnxZoo, WhatIsNotPiecewiseLinearIsRefusedByName) {
  const json files = read_json("refused.json");
  EXPECT_GE(files.size(), 50U);
  for (const auto& [file, words] : files.items()) {
    const auto model = read_onnx(zoo() / "refused" / file);
    ASSERT_FALSE(model) << file;
    for (const std::string word : words) {
      EXPECT_NE(model.error().message.find(word), std::string::npos) << model.error().message;
    }
  }
}

TEST(OnnxZoo, DamagedBytesNeverCrash) {
  Random random(6);
  const json files = read_json("expected.json");
  for (const auto& [file, values] : files.items()) {
    const auto bytes = read_file(zoo() / file);
    ASSERT_TRUE(bytes);
    for (int round = 0; round < 60; ++round) {
      std::string damaged = *bytes;
      for (int flips = 1 + random.index(3); flips > 0; --flips) {
        damaged[static_cast<std::size_t>(random.index(static_cast<int>(bytes->size())))] =
            static_cast<char>(random.index(256));
      }
      const auto model = parse_onnx(damaged, zoo() / file);
      if (!model) continue;
      EXPECT_TRUE(check(model->network));
      (void)model->network.as_in_file->evaluate(VectorXd::Ones(model->network.input_size()));
    }
  }
}

}  // namespace
}  // namespace brink
