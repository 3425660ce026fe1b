// Networks from and to ONNX files.
//
// Read are graphs in which one value flows from the input to the output through
//     Gemm (transA, transB, alpha, beta, optional bias), MatMul (weights on either side),
//     Add, Sub, Mul, Div by constants (normalisation, biases; folded into the next or the last
//     layer in double precision), Relu,
//     Flatten, Reshape, Squeeze, Unsqueeze, Identity, Dropout, Cast (of no effect here),
//     Constant, and a final Softmax or LogSoftmax, which is dropped with a warning: what is left
//     are the logits.
// Linear layers without a Relu between them are composed; a final Relu makes the output "relu".
// Weights are float or double. The input's shape is static but for a dynamic leading batch,
// counted as 1, and is flattened in row order.
//
// Source: https://github.com/onnx/onnx/blob/main/docs/IR.md and Operators.md (opsets 1 to 21 of
// the operators above).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "brink/base/error.h"
#include "brink/network/network.h"

namespace brink {

struct OnnxModel {
  Network network;
  std::vector<std::string> warnings;  ///< what the file says and the network does not, a line each
};

/// Errors (bad_request) name the file and what is wrong: unreadable, truncated or no ONNX at all;
/// an operator, attribute or data type outside the list above, with its node; sizes that do not
/// chain; NaN or infinite weights; cycles; external data.
Expected<OnnxModel> read_onnx(const std::filesystem::path& path);

/// The same from the bytes of a file; `path` only names it in errors.
Expected<OnnxModel> parse_onnx(const std::string& bytes, const std::filesystem::path& path);

/// Input "input" [batch, n_0], output "output" [batch, n_K], Gemm and Relu nodes; opset 13.
/// Weights are written as float if each of them is one, else as double, so that reading the file
/// gives an equal network.
std::string to_onnx(const Network& network);

/// Atomic; errors: an unwritable path, a network that `check` refuses.
Expected<void> write_onnx(const Network& network, const std::filesystem::path& path);

}  // namespace brink
