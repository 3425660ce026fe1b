// Networks from and to ONNX files.
//
// Read are graphs that are piecewise linear in the input: values that depend on it go through
//     Gemm (transA, transB, alpha, beta, optional bias), MatMul (weights on either side), Conv and
//     ConvTranspose (any spatial rank, pads, strides, dilations, groups), AveragePool, Add, Sub,
//     Sum of each other and of constants, Mul and Div by constants, Neg, ReduceSum, ReduceMean,
//     GlobalAveragePool, BatchNormalization of inference, Mean, and of ai.onnx.ml Scaler and the
//     scores of LinearRegressor and LinearClassifier (affine maps),
//     Relu, LeakyRelu, PRelu, Abs, Clip, HardSigmoid, Max, Min, MaxPool, GlobalMaxPool, ReduceMax,
//     ReduceMin (a few Relus each, see brink/graph/units.h),
//     Flatten, Reshape, Squeeze, Unsqueeze, Transpose, Slice, Split, Gather,
//     ai.onnx.ml.ArrayFeatureExtractor, Expand, Tile, Concat,
//     Pad, DepthToSpace, SpaceToDepth, Resize and Upsample to the nearest by whole factors (where
//     elements move), Identity, Dropout, Cast, Imputer of missing values (of no effect here), and
//     at the end Softmax, LogSoftmax, Hardmax, Sigmoid, ArgMax, ArgMin and what makes labels of
//     these, ai.onnx.ml.ZipMap and Normalizer, which are dropped with a warning: what is left are
//     the logits. The Sigmoid of one output y, or it and one minus it, is read as two outputs, 0
//     and y.
// What depends on constants and shapes alone is folded in double precision: the above,
// DequantizeLinear,
//     Constant, ConstantOfShape, Range, Shape, Size, Where, Pow, Sign, Sqrt, Exp, Log, Tanh,
//     Reciprocal, Floor, Ceil, Not, And, Or, Equal, Less, Greater (OrEqual), Mod, and ReduceProd,
//     -L1, -L2, -SumSquare.
// Linear operators without a Relu between them are composed; a final Relu makes the output "relu".
// Where a value is used further on, layers have linear units that hand it on.
// Weights are float, double, float16, bfloat16, or integers, in the model or in a file beside it.
// The input's shape is static but for a dynamic leading batch, counted as 1, as a fixed batch is
// where the operators make it one; it is flattened in row order.
//
// Source: https://github.com/onnx/onnx/blob/main/docs/IR.md, Operators.md and Operators-ml.md
// (opsets 1 to 28 of the operators above), ExternalData.md.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "brink/graph/tensor.h"
#include "brink/io/network_file.h"

namespace brink {

/// Errors (bad_request) name the file and what is wrong: unreadable, truncated or no ONNX at all;
/// an operator, attribute or data type outside the list above, with its node; sizes that do not
/// chain; NaN or infinite weights; cycles; external data that is not beside the model or does not
/// fit; an output that is not there or not clear.
Expected<NetworkFile> read_onnx(const std::filesystem::path& path, const ReadOptions& options = {});

/// The same from the bytes of a file; `path` names it in errors, and says where external data is.
Expected<NetworkFile> parse_onnx(const std::string& bytes, const std::filesystem::path& path,
                                 const ReadOptions& options = {});

/// Input "input" [batch, n_0], output "output" [batch, n_K], Gemm and Relu nodes; opset 13.
/// Weights are written as float if each of them is one, else as double, so that reading the file
/// gives an equal network.
std::string to_onnx(const Network& network);

/// The file with these numbers in the initializers of these names. Errors: there are none of that
/// name, or of other types than float and double; data in files beside.
Expected<std::string> with_weights(const std::string& onnx,
                                   const std::map<std::string, graph::Tensor>& weights);

/// Atomic; errors: an unwritable path, a network that `check` refuses.
Expected<void> write_onnx(const Network& network, const std::filesystem::path& path);

}  // namespace brink
