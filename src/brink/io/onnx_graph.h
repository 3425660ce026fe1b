// The names of an ONNX graph: who makes what, in which order, and which output is meant.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "onnx_tensor.h"

namespace brink::onnx_reader {

class Names {
 public:
  explicit Names(const onnx::GraphProto& proto) : proto_(proto) {}

  /// First of all. Errors: names given twice, sparse initializers.
  Expected<void> index();

  const onnx::GraphProto& proto() const { return proto_; }
  /// Null if there is none.
  const onnx::TensorProto* initializer(const std::string& name) const;
  const onnx::NodeProto* producer(const std::string& name) const;

  /// Old files list the initializers among the inputs.
  Expected<const onnx::ValueInfoProto*> only_input() const;
  /// The nodes that `output` needs, each after those it needs. Error: a cycle.
  Expected<std::vector<const onnx::NodeProto*>> order(const std::string& output) const;

  /// The output called `wanted`; without a name the only one, or of several the only one that is a
  /// matrix of numbers that depend on `input`, with a warning (onnx_outputs.cpp).
  Expected<const onnx::ValueInfoProto*> output(const std::string& wanted, const std::string& input,
                                               std::vector<std::string>& warnings) const;

 private:
  bool may_be_meant(const onnx::ValueInfoProto& output, const std::string& input) const;
  std::string logits_of(const onnx::ValueInfoProto& output) const;

  const onnx::GraphProto& proto_;
  std::map<std::string, const onnx::TensorProto*> initializers_;
  std::map<std::string, const onnx::NodeProto*> producers_;
};

}  // namespace brink::onnx_reader
