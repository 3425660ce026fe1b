// What classifiers end in: labels, and the linear models of scikit-learn.
#include <gtest/gtest.h>

#include "onnx_checked.h"

namespace brink {
namespace {

using Eigen::VectorXd;
using testing::checked;
using testing::OnnxBuilder;

bool says(const NetworkFile& file, const std::string& words) {
  return std::any_of(file.warnings.begin(), file.warnings.end(), [&](const std::string& warning) {
    return warning.find(words) != std::string::npos;
  });
}

/// y = (x0 - x1, 2 x1 + 1, -x0), as `name`.
void add_scores(OnnxBuilder& builder, const std::string& name) {
  builder.floats("W", {2, 3}, {1, 0, -1, -1, 2, 0});
  builder.floats("b", {3}, {0, 1, 0});
  builder.node("Gemm", {"x", "W", "b"}, name);
}

const VectorXd kAt = Eigen::Vector2d(3, -1);

TEST(OnnxLabels, ArgMaxIsDroppedWithWhatFollows) {
  for (const bool named : {false, true}) {
    OnnxBuilder builder({-1, 2});
    add_scores(builder, "z");
    onnx::NodeProto& arg = builder.node("ArgMax", {"z"}, named ? "i" : "y");
    OnnxBuilder::set(arg, "axis", std::int64_t{1});
    if (named) {
      onnx::TensorProto& classes = *builder.graph().add_initializer();
      classes.set_name("classes");
      classes.set_data_type(onnx::TensorProto::STRING);
      classes.add_dims(3);
      for (const char* word : {"cat", "dog", "eel"}) classes.add_string_data(word);
      builder.integers("all", {-1});
      builder.node("ArrayFeatureExtractor", {"classes", "i"}, "e").set_domain("ai.onnx.ml");
      builder.node("Reshape", {"e", "all"}, "y");
    }
    const NetworkFile file = checked(builder);
    EXPECT_EQ(outputs(file.network, kAt), VectorXd(Eigen::Vector3d(4, -1, -3)));
    EXPECT_TRUE(says(file, "the final ArgMax is dropped"));
    if (named) {
      EXPECT_EQ(file.facts.classes, (std::vector<std::string>{"cat", "dog", "eel"}));
    }
  }
}

TEST(OnnxLabels, ArgMinIsTheLargestOfTheNegatives) {
  OnnxBuilder builder({-1, 2});
  add_scores(builder, "z");
  OnnxBuilder::set(builder.node("ArgMin", {"z"}, "y"), "axis", std::int64_t{1});
  const NetworkFile file = checked(builder);
  EXPECT_EQ(outputs(file.network, kAt), VectorXd(Eigen::Vector3d(-4, 1, 3)));
  EXPECT_TRUE(says(file, "with the other sign"));
}

TEST(OnnxLabels, LabelsAreNotComputedWith) {
  OnnxBuilder builder({-1, 2});
  add_scores(builder, "z");
  OnnxBuilder::set(builder.node("ArgMax", {"z"}, "i"), "axis", std::int64_t{1});
  builder.node("Neg", {"i"}, "y");
  EXPECT_NE(builder.refusal().find("'the_y' (Neg): follows an ArgMax"), std::string::npos);
}

/// One of coefficients and intercepts; its second output is y, or goes through a Normalizer.
OnnxBuilder linear_classifier(const std::string& transform, int scores, bool normalised) {
  OnnxBuilder builder({-1, 2});
  onnx::NodeProto& node = builder.node("LinearClassifier", {"x"}, "label");
  node.set_domain("ai.onnx.ml");
  node.add_output(normalised ? "p" : "y");
  OnnxBuilder::set(node, "post_transform", transform);
  OnnxBuilder::set(node, "classlabels_ints", OnnxBuilder::Dims{0, 1, 2});
  const std::vector<float> weights = {1, -1, 0, 2, -1, 0};
  for (const auto& [name, values] :
       {std::pair("coefficients", weights), {"intercepts", {0, 1, 0}}}) {
    onnx::AttributeProto& list = *node.add_attribute();
    list.set_name(name);
    list.set_type(onnx::AttributeProto::FLOATS);
    const std::size_t count = static_cast<std::size_t>(scores) * values.size() / 3;
    for (std::size_t i = 0; i < count; ++i) list.add_floats(values[i]);
  }
  if (normalised) {
    onnx::NodeProto& row = builder.node("Normalizer", {"p"}, "y");
    row.set_domain("ai.onnx.ml");
    OnnxBuilder::set(row, "norm", std::string("L1"));
  }
  return builder;
}

TEST(OnnxLabels, LinearClassifiers) {
  for (const auto& [transform, dropped] : {std::pair("NONE", DroppedEnding::none),
                                           {"SOFTMAX", DroppedEnding::softmax},
                                           {"LOGISTIC", DroppedEnding::sigmoid}}) {
    for (const bool normalised : {false, true}) {
      const OnnxBuilder builder = linear_classifier(transform, 3, normalised);
      if (normalised && dropped == DroppedEnding::none) {
        EXPECT_NE(builder.refusal().find("curved"), std::string::npos);
        continue;
      }
      const NetworkFile file = checked(builder);
      EXPECT_EQ(file.dropped, dropped);
      EXPECT_EQ(outputs(file.network, kAt), VectorXd(Eigen::Vector3d(4, -1, -3)));
    }
  }
  const NetworkFile single = checked(linear_classifier("LOGISTIC", 1, false));
  EXPECT_EQ(outputs(single.network, kAt), VectorXd(Eigen::Vector2d(0, 4)));
  EXPECT_NE(linear_classifier("NONE", 1, false).refusal().find("one score"), std::string::npos);
  EXPECT_NE(linear_classifier("PROBIT", 3, false).refusal().find("PROBIT"), std::string::npos);
}

}  // namespace
}  // namespace brink
