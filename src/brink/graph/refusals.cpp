// Why an operator is not read: what about it is out of reach, and what to do.
#include "brink/graph/node.h"

namespace brink::graph {

namespace {

struct Reason {
  std::string_view operators;  // a space around each
  std::string_view says;
};

constexpr Reason kReasons[] = {
    {" Sigmoid Tanh Elu Selu Celu Gelu Softplus Softsign Erf Mish Swish HardSwish QuickGelu ",
     "is curved where the network's input reaches it; exact answers are about piecewise linear "
     "networks, train one with Relu in its place"},
    {" LayerNormalization InstanceNormalization GroupNormalization RMSNormalization "
     "MeanVarianceNormalization LRN LpNormalization ai.onnx.ml.Normalizer ",
     "is curved, since it divides by a size of the network's input; exact answers are about "
     "piecewise linear networks, train one with BatchNormalization, or normalise in front of it"},
    {" Exp Log Sqrt Pow Reciprocal Sin Cos Softmax LogSoftmax LpPool GlobalLpPool "
     "ai.onnx.ml.SVMClassifier ai.onnx.ml.SVMRegressor ",
     "is curved where the network's input reaches it; exact answers are about piecewise linear "
     "networks, export this one from before or behind it"},
    {" QuantizeLinear DequantizeLinear DynamicQuantizeLinear MatMulInteger QLinearMatMul Round "
     "Floor Ceil ",
     "rounds what depends on the network's input; export the network from before that rounding"},
    {" TopK Sign ThresholdedRelu Shrink Greater Less Equal GreaterOrEqual "
     "LessOrEqual And Or Not Where NonZero Unique IsNaN ai.onnx.ml.Binarizer "
     "ai.onnx.ml.TreeEnsembleClassifier ai.onnx.ml.TreeEnsembleRegressor ai.onnx.ml.TreeEnsemble ",
     "jumps, where values are compared; read the outputs before it (--output-name, or export "
     "without it)"},
    {" LSTM GRU RNN Attention ",
     "is not supported: it multiplies values that depend on the network's input, and is curved; "
     "exact answers are about "
     "piecewise linear networks, such as convolutions over the sequence"},
    {" ai.onnx.ml.OneHotEncoder ai.onnx.ml.LabelEncoder ai.onnx.ml.CategoryMapper OneHot "
     "StringNormalizer "
     "ai.onnx.ml.DictVectorizer TfIdfVectorizer ",
     "takes categories or texts; export the network from behind it, with numbers as inputs"},
    {" If Loop Scan ",
     "runs other nodes, which is not read; export the network without control flow"},
    {" ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp ",
     "is read of constants only; of values that depend on the network's input ReduceSum, -Mean, "
     "-Max "
     "and -Min are"},
};

}  // namespace

std::string refusal(std::string_view op_type) {
  const std::string word = fmt::format(" {} ", op_type);
  for (const Reason& reason : kReasons) {
    if (reason.operators.find(word) != std::string_view::npos) return std::string(reason.says);
  }
  return fmt::format("the operator {} is not supported; export the network with simpler ones",
                     op_type.empty() ? "without a name" : op_type);
}

tl::unexpected<Error> refuse_two_signals(std::string_view op_type) {
  for (const std::string_view product : {"Mul", "Div", "Pow", "MatMul", "Gemm"}) {
    if (op_type != product) continue;
    return bad_request(
        "multiplies or divides two values that depend on the network's input; exact answers are "
        "about piecewise linear networks, train one in which one of the two is a constant");
  }
  return bad_request(
      "is given two values that depend on the network's input, where one and constants are read");
}

tl::unexpected<Error> refuse_after_ending(Ending ending) {
  return bad_request(
      "follows a {}, which is only read at the end of a network; export it without what follows",
      ending == Ending::softmax ? "Softmax" : "Sigmoid");
}

}  // namespace brink::graph
