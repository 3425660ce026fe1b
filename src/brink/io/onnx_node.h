// One node of an ONNX graph with the values it is applied to, and the operators on it.
//
// Errors of this layer say what is wrong; `apply` puts node and operator before them.
#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "onnx_chain.h"
#include "onnx_tensor.h"

namespace brink::onnx_reader {

/// A value that depends on the network's input: its elements are the chain's current ones, in row
/// order. There is only one at a time, because every node read takes at most one.
struct Signal {
  Shape shape;
};
using Value = std::variant<Tensor, Signal>;

/// What changes while the graph is walked.
struct Progression {
  Chain chain;
  std::vector<std::string> warnings;
  bool ended = false;  ///< by a Softmax that was dropped: only shapes may still change
};

class Node {
 public:
  /// `inputs`: null where an optional input is omitted.
  Node(const onnx::NodeProto& proto, std::int64_t opset, std::vector<const Value*> inputs)
      : proto_(proto), opset_(opset), inputs_(std::move(inputs)) {}

  const onnx::NodeProto& proto() const { return proto_; }
  std::int64_t opset() const { return opset_; }

  /// Input i, null if omitted.
  const Value* input(std::size_t i) const { return i < inputs_.size() ? inputs_[i] : nullptr; }
  std::size_t inputs() const { return inputs_.size(); }
  const Signal* signal(std::size_t i) const;  ///< null if omitted or a constant
  /// Errors: omitted, or not a constant.
  Expected<const Tensor*> constant(std::size_t i) const;

  /// Attributes; the default if absent, an error if of another type.
  Expected<std::int64_t> integer(std::string_view name, std::int64_t otherwise) const;
  Expected<double> real(std::string_view name, double otherwise) const;
  const onnx::AttributeProto* attribute(std::string_view name) const;  ///< null if absent

 private:
  const onnx::NodeProto& proto_;
  std::int64_t opset_;
  std::vector<const Value*> inputs_;
};

/// "node 'fc1' (Gemm)"; without a name, its first output stands for it.
std::string label(const onnx::NodeProto& node);

/// Applies the node's operator and gives its first output.
Expected<Value> apply(const Node& node, Progression& progression);

// onnx_affine.cpp
Expected<Value> apply_gemm(const Node& node, Progression& progression);
Expected<Value> apply_matmul(const Node& node, Progression& progression);
Expected<Value> apply_elementwise(const Node& node, Progression& progression);  // + - * /

// onnx_shapes.cpp: constants keep their values, signals their order; only the shape changes.
Expected<Value> apply_flatten(const Node& node, Progression& progression);
Expected<Value> apply_reshape(const Node& node, Progression& progression);
Expected<Value> apply_squeeze(const Node& node, Progression& progression);
Expected<Value> apply_unsqueeze(const Node& node, Progression& progression);

/// -rank <= axis < rank as 0 <= axis < rank; `end_allowed`: rank itself too.
Expected<std::size_t> normal_axis(std::int64_t axis, std::size_t rank, bool end_allowed = false);

}  // namespace brink::onnx_reader
