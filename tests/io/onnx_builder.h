// ONNX models for tests, written node by node.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstring>
#include <string>
#include <vector>

#include "brink/io/onnx.h"

namespace brink::testing {

class OnnxBuilder {
 public:
  using Dims = std::vector<std::int64_t>;

  /// Input "x" of this shape (-1: dynamic), output "y".
  explicit OnnxBuilder(const Dims& input, std::int64_t opset = 13) {
    model.set_ir_version(7);
    model.add_opset_import()->set_version(opset);
    add_input("x", input);
    graph().add_output()->set_name("y");
  }

  onnx::GraphProto& graph() { return *model.mutable_graph(); }

  void add_input(const std::string& name, const Dims& dims) {
    onnx::ValueInfoProto& input = *graph().add_input();
    input.set_name(name);
    auto& type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape();
    for (const std::int64_t extent : dims) {
      auto& dimension = *type.mutable_shape()->add_dim();
      if (extent < 0) {
        dimension.set_dim_param("n");
      } else {
        dimension.set_dim_value(extent);
      }
    }
  }

  onnx::TensorProto& floats(const std::string& name, const Dims& dims,
                            const std::vector<float>& values) {
    onnx::TensorProto& tensor = initializer(name, dims, onnx::TensorProto::FLOAT);
    for (const float value : values) tensor.add_float_data(value);
    return tensor;
  }
  onnx::TensorProto& integers(const std::string& name, const Dims& values) {
    onnx::TensorProto& tensor =
        initializer(name, {static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64);
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return tensor;
  }

  onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs,
                        const std::string& output) {
    onnx::NodeProto& node = *graph().add_node();
    node.set_op_type(op);
    node.set_name("the_" + output);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
  }

  static void set(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }
  static void set(onnx::NodeProto& node, const std::string& name, float value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::FLOAT);
    attribute.set_f(value);
  }
  static void set(onnx::NodeProto& node, const std::string& name, const std::string& value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(value);
  }
  static void set(onnx::NodeProto& node, const std::string& name, const Dims& values) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
  }

  std::string bytes() const { return model.SerializeAsString(); }
  Expected<NetworkFile> read() const { return parse_onnx(bytes(), "net.onnx"); }
  /// The error's message; "" if the file is read.
  std::string refusal() const {
    const auto read_model = read();
    return read_model ? "" : read_model.error().message;
  }

  onnx::ModelProto model;

 private:
  onnx::TensorProto& initializer(const std::string& name, const Dims& dims, int type) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t extent : dims) tensor.add_dims(extent);
    return tensor;
  }
};

}  // namespace brink::testing
