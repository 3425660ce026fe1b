// Writing ONNX: Gemm (weights n_k x n_{k-1}, transB) and Relu, in the precision the weights need.
#include <onnx/onnx_pb.h>

#include "brink/base/files.h"
#include "brink/io/onnx.h"

namespace brink {

namespace {

bool all_floats(const Network& network) {
  const auto is_float = [](double value) {
    return static_cast<double>(static_cast<float>(value)) == value;
  };
  for (const Layer& layer : network.layers) {
    if (!layer.weights.to_dense().unaryExpr(is_float).all() ||
        !layer.bias.unaryExpr(is_float).all()) {
      return false;
    }
  }
  return true;
}

/// In row order.
template <class Scalar, class Matrix>
std::string row_bytes(const Matrix& matrix) {
  const Eigen::Matrix<Scalar, Eigen::Dynamic, 1> column =
      matrix.transpose().reshaped().template cast<Scalar>();
  return {reinterpret_cast<const char*>(column.data()),
          static_cast<std::size_t>(column.size()) * sizeof(Scalar)};
}

template <class Matrix>
void add_initializer(onnx::GraphProto& graph, const std::string& name, const Matrix& matrix,
                     onnx::TensorProto::DataType type) {
  onnx::TensorProto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  tensor.add_dims(matrix.rows());
  if (matrix.cols() != 1 || Matrix::ColsAtCompileTime != 1) tensor.add_dims(matrix.cols());
  tensor.set_raw_data(type == onnx::TensorProto::FLOAT ? row_bytes<float>(matrix)
                                                       : row_bytes<double>(matrix));
}

void describe(onnx::ValueInfoProto& value, const std::string& name, Eigen::Index size,
              onnx::TensorProto::DataType type) {
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape()->add_dim()->set_dim_param("batch");
  tensor.mutable_shape()->add_dim()->set_dim_value(size);
}

onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& op,
                          const std::vector<std::string>& inputs, const std::string& output) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  node.set_name(op + "_" + output);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

void add_layers(onnx::GraphProto& graph, const Network& network, onnx::TensorProto::DataType type) {
  std::string value = "input";
  for (int k = 1; k <= network.depth(); ++k) {
    const bool last = k == network.depth();
    const bool relu = !last || network.output == OutputKind::relu;
    const std::string weights = fmt::format("W{}", k), bias = fmt::format("b{}", k);
    add_initializer(graph, weights, network.layer(k).weights.to_dense(), type);
    add_initializer(graph, bias, network.layer(k).bias, type);
    const std::string y = relu ? fmt::format("y{}", k) : "output";
    onnx::AttributeProto& attribute =
        *add_node(graph, "Gemm", {value, weights, bias}, y).add_attribute();
    attribute.set_name("transB");
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(1);
    value = last ? "output" : fmt::format("x{}", k);
    const std::vector<char>& linear = network.layer(k).linear;
    if (relu && (last || linear.empty())) add_node(graph, "Relu", {y}, value);
    if (relu && !last && !linear.empty()) {
      // 0 below 0 for a relu, 1 for a linear unit.
      const std::string slope = fmt::format("slope{}", k);
      const Eigen::Map<const Eigen::Matrix<char, Eigen::Dynamic, 1>> slopes(linear.data(),
                                                                            std::ssize(linear));
      add_initializer(graph, slope, slopes.cast<double>(), type);
      add_node(graph, "PRelu", {y, slope}, value);
    }
  }
}

}  // namespace

std::string to_onnx(const Network& network) {
  const auto type = all_floats(network) ? onnx::TensorProto::FLOAT : onnx::TensorProto::DOUBLE;
  onnx::ModelProto model;
  model.set_ir_version(7);
  model.set_producer_name("brink");
  model.add_opset_import()->set_version(13);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("network");
  describe(*graph.add_input(), "input", network.input_size(), type);
  add_layers(graph, network, type);
  describe(*graph.add_output(), "output", network.output_size(), type);
  return model.SerializeAsString();
}

Expected<void> write_onnx(const Network& network, const std::filesystem::path& path) {
  if (auto ok = check(network); !ok) return ok;
  return write_file(path, to_onnx(network));
}

}  // namespace brink
