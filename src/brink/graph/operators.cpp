// Which operators are read, with which inputs and attributes, and what holds for all of them.
#include <algorithm>
#include <limits>

#include "brink/graph/node.h"

namespace brink::graph {

namespace {

struct Operator {
  std::string_view name;
  Apply* apply;
  std::size_t needed;   ///< inputs that must be present
  std::size_t allowed;  ///< inputs there may be
  /// Applied to what a Softmax or Sigmoid made: it may follow one, or says itself what it may not.
  bool may_follow;
  std::vector<std::string_view> attributes;
};

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
const std::vector<std::string_view> kConstantAttributes = {"value", "value_float", "value_floats",
                                                           "value_int", "value_ints"};
const std::vector<std::string_view> kBatchNormalization = {"epsilon", "momentum", "spatial",
                                                           "is_test", "training_mode"};
const std::vector<std::string_view> kConv = {"auto_pad",     "dilations", "group",
                                             "kernel_shape", "pads",      "strides"};
const std::vector<std::string_view> kConvTranspose = {
    "auto_pad",       "dilations",    "group", "kernel_shape",
    "output_padding", "output_shape", "pads",  "strides"};
const std::vector<std::string_view> kPool = {"auto_pad",      "ceil_mode",    "count_include_pad",
                                             "dilations",     "kernel_shape", "pads",
                                             "storage_order", "strides"};
const std::vector<std::string_view> kResize = {"mode",
                                               "scales",
                                               "coordinate_transformation_mode",
                                               "nearest_mode",
                                               "cubic_coeff_a",
                                               "exclude_outside",
                                               "extrapolation_value",
                                               "antialias",
                                               "keep_aspect_ratio_policy"};
const std::vector<std::string_view> kLinearRegressor = {"coefficients", "intercepts", "targets",
                                                        "post_transform"};
const std::vector<std::string_view> kLinearClassifier = {"coefficients",     "intercepts",
                                                         "multi_class",      "post_transform",
                                                         "classlabels_ints", "classlabels_strings"};
const std::vector<std::string_view> kImputer = {"imputed_value_floats", "imputed_value_int64s",
                                                "replaced_value_float", "replaced_value_int64"};
const std::vector<std::string_view> kReduce = {"axes", "keepdims", "noop_with_empty_axes"};

const std::vector<Operator>& layer_operators() {
  static const std::vector<Operator> kOperators = {
      {"Gemm", apply_gemm, 2, 3, false, {"alpha", "beta", "transA", "transB", "broadcast"}},
      {"MatMul", apply_matmul, 2, 2, false, {}},
      {"BatchNormalization", apply_batch_normalization, 5, 5, false, kBatchNormalization},
      {"DequantizeLinear", apply_dequantize, 2, 3, false, {"axis", "block_size", "output_dtype"}},
      {"Relu", apply_relu, 1, 1, false, {}},
      {"LeakyRelu", apply_leaky, 1, 1, false, {"alpha"}},
      {"PRelu", apply_prelu, 2, 2, false, {}},
      {"HardSigmoid", apply_hard_sigmoid, 1, 1, false, {"alpha", "beta"}},
      {"Clip", apply_clip, 1, 3, false, {"min", "max"}},
      {"Conv", apply_conv, 2, 3, false, kConv},
      {"ConvTranspose", apply_conv_transpose, 2, 3, false, kConvTranspose},
      {"AveragePool", apply_average_pool, 1, 1, false, kPool},
      {"MaxPool", apply_max_pool, 1, 1, false, kPool},
      {"GlobalAveragePool", apply_global_pool, 1, 1, false, {}},
      {"GlobalMaxPool", apply_global_pool, 1, 1, false, {}},
      {"Pad", apply_pad, 1, 4, false, {"pads", "value", "mode"}},
      {"Resize", apply_resize, 1, 4, false, kResize},
      {"Upsample", apply_resize, 1, 2, false, {"mode", "scales"}},
      {"Tile", apply_tile, 2, 2, false, {}},
      {"DepthToSpace", apply_depth_to_space, 1, 1, false, {"blocksize", "mode"}},
      {"SpaceToDepth", apply_space_to_depth, 1, 1, false, {"blocksize"}},
      {"Split", apply_split, 1, 2, false, {"axis", "split", "num_outputs"}},
      {"Max", apply_extremum, 1, kAny, false, {}},
      {"Min", apply_extremum, 1, kAny, false, {}},
      {"Flatten", apply_flatten, 1, 1, true, {"axis"}},
      {"Reshape", apply_reshape, 1, 2, true, {"shape", "allowzero"}},
      {"Squeeze", apply_squeeze, 1, 2, true, {"axes"}},
      {"Unsqueeze", apply_unsqueeze, 1, 2, true, {"axes"}},
      {"Transpose", apply_transpose, 1, 1, true, {"perm"}},
      {"Slice", apply_slice, 1, 5, true, {"starts", "ends", "axes"}},
      {"Gather", apply_gather, 2, 2, true, {"axis"}},
      {"Expand", apply_expand, 2, 2, true, {}},
      {"Concat", apply_concat, 1, kAny, true, {"axis"}},
      {"Identity", apply_identity, 1, 1, true, {}},
      {"Dropout", apply_dropout, 1, 3, true, {"ratio", "seed", "is_test"}},
      {"Cast", apply_cast, 1, 1, true, {"to", "saturate", "round_mode"}},
      {"Constant", apply_constant, 0, 0, true, kConstantAttributes},
      {"Shape", apply_shape, 1, 1, true, {"start", "end"}},
      {"Size", apply_size, 1, 1, true, {}},
      {"ConstantOfShape", apply_constant_of_shape, 1, 1, true, {"value"}},
      {"Range", apply_range, 3, 3, true, {}},
  };
  return kOperators;
}

/// What classifiers end in, and scikit-learn's.
const std::vector<Operator>& model_operators() {
  static const std::vector<Operator> kOperators = {
      {"Softmax", apply_softmax, 1, 1, false, {"axis"}},
      {"Hardmax", apply_softmax, 1, 1, false, {"axis"}},
      {"ArgMax", apply_arg_max, 1, 1, true, {"axis", "keepdims", "select_last_index"}},
      {"ArgMin", apply_arg_max, 1, 1, true, {"axis", "keepdims", "select_last_index"}},
      {"ai.onnx.ml.Normalizer", apply_normalizer, 1, 1, true, {"norm"}},
      {"ai.onnx.ml.LinearRegressor", apply_linear_regressor, 1, 1, false, kLinearRegressor},
      {"ai.onnx.ml.LinearClassifier", apply_linear_classifier, 1, 1, false, kLinearClassifier},
      {"ai.onnx.ml.ArrayFeatureExtractor", apply_feature_extractor, 2, 2, true, {}},
      {"ai.onnx.ml.Imputer", apply_imputer, 1, 1, false, kImputer},
      {"LogSoftmax", apply_softmax, 1, 1, false, {"axis"}},
      {"Sigmoid", apply_sigmoid, 1, 1, false, {}},
      {"ai.onnx.ml.ZipMap",
       apply_zip_map,
       1,
       1,
       true,
       {"classlabels_int64s", "classlabels_strings"}},
      {"ai.onnx.ml.Scaler", apply_scaler, 1, 1, false, {"offset", "scale"}},
  };
  return kOperators;
}

/// Elementwise arithmetic and reductions.
const std::vector<Operator>& arithmetic_operators() {
  static const std::vector<Operator> kOperators = [] {
    std::vector<Operator> list = {{"Sum", apply_elementwise, 1, kAny, false, {}},
                                  {"Mean", apply_mean, 1, kAny, false, {}},
                                  {"Where", apply_where, 3, 3, false, {}}};
    for (const std::string_view name : {"Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Equal",
                                        "Less", "Greater", "LessOrEqual", "GreaterOrEqual"}) {
      list.push_back({name, apply_elementwise, 2, 2, true, {"broadcast"}});
    }
    list.push_back({"Mod", apply_elementwise, 2, 2, false, {"fmod"}});
    list.push_back({"Abs", apply_abs, 1, 1, false, {}});
    for (const std::string_view name :
         {"Neg", "Sign", "Sqrt", "Exp", "Log", "Reciprocal", "Floor", "Ceil", "Tanh", "Not"}) {
      list.push_back({name, apply_elementwise, 1, 1, true, {}});
    }
    for (const std::string_view name : {"ReduceSum", "ReduceMean", "ReduceProd", "ReduceMax",
                                        "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"}) {
      list.push_back({name, apply_reduce, 1, 2, false, kReduce});
    }
    return list;
  }();
  return kOperators;
}

const Operator* find_operator(std::string_view name) {
  for (const auto* list : {&layer_operators(), &model_operators(), &arithmetic_operators()}) {
    for (const Operator& candidate : *list) {
      if (candidate.name == name) return &candidate;
    }
  }
  return nullptr;
}

Expected<void> check_attributes(const Node& node, const Operator& known) {
  for (const auto& [name, attribute] : node.operation().attributes) {
    const auto& names = known.attributes;
    // consumed_inputs: a hint of opset 1 without meaning for the result.
    if (name != "consumed_inputs" && std::find(names.begin(), names.end(), name) == names.end()) {
      return bad_request("attribute '{}' is not supported", name);
    }
  }
  return {};
}

/// Shape and Size know a value by its shape alone.
bool looks_at_shape_only(const Node& node) {
  return node.type() == "Shape" || node.type() == "Size";
}

Expected<void> check_inputs(const Node& node, const Operator& known) {
  for (std::size_t i = 0; i < known.needed; ++i) {
    if (node.input(i) == nullptr) return bad_request("input {} is missing", i + 1);
  }
  if (node.inputs() > known.allowed) {
    return bad_request("has {} inputs, {} are expected", node.inputs(), known.allowed);
  }
  // Ends of a Clip may be infinite; and these only pass on what they are given.
  for (const std::string_view name : {"Clip", "Identity", "Cast"}) {
    if (name == known.name) return {};
  }
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    const Tensor* tensor = node.input(i) ? std::get_if<Tensor>(node.input(i)) : nullptr;
    if (tensor == nullptr) continue;
    if (auto ok = finite(*tensor); !ok) {
      return bad_request("its input '{}' {}", node.operation().inputs[i], ok.error().message);
    }
  }
  return {};
}

/// That no end was before, and that only operators that can join several signals are given such.
Expected<void> check_signals(const Node& node, const Operator& known) {
  if (looks_at_shape_only(node)) return {};
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    const Signal* signal = node.signal(i);
    const bool ended = signal != nullptr && signal->ending != Ending::none;
    if (ended && (!known.may_follow || (node.signals() > 1 && !pair_ending(node)))) {
      return refuse_after_ending(signal->ending);
    }
  }
  constexpr std::string_view kJoin[] = {"Add", "Sub", "Sum", "Mean", "Max", "Min", "Concat"};
  if (node.signals() > 1 &&
      std::find(std::begin(kJoin), std::end(kJoin), known.name) == std::end(kJoin)) {
    return refuse_two_signals(known.name);
  }
  return {};
}

Expected<Value> apply_unlabelled(const Node& node, Progression& progression) {
  if (follows_label(node)) return apply_to_label(node);
  const Operator* known = find_operator(node.type());
  if (known == nullptr) return bad_request("{}", refusal(node.type()));
  if (auto ok = check_attributes(node, *known); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_inputs(node, *known); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_signals(node, *known); !ok) return tl::unexpected(ok.error());
  auto value = known->apply(node, progression);
  if (value && std::holds_alternative<Tensor>(*value) && node.signals() > 0 &&
      !looks_at_shape_only(node)) {
    return bad_request("makes a constant of a value that depends on the network's input");
  }
  return value;
}

}  // namespace

std::vector<std::string> operator_names() {
  std::vector<std::string> names;
  for (const Operator& each : layer_operators()) names.emplace_back(each.name);
  for (const std::string_view name : {"Sum", "Mean", "Add", "Sub", "Mul", "Div", "Neg", "Abs",
                                      "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"}) {
    names.emplace_back(name);
  }
  return names;
}

std::size_t outputs_made(const Operation& operation) {
  const bool all = operation.type == "Split" || operation.type == "ai.onnx.ml.LinearClassifier";
  return all ? operation.outputs.size() : 1;
}

Expected<Value> apply(const Node& node, Progression& progression) {
  auto value = apply_unlabelled(node, progression);
  if (!value) return bad_request("{}: {}", label(node.operation()), value.error().message);
  return value;
}

}  // namespace brink::graph
