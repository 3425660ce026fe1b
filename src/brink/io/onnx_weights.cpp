// A file with other numbers in its initializers.
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include "brink/io/onnx.h"

namespace brink {

namespace {

Expected<void> put_weights(onnx::TensorProto& tensor, const graph::Tensor& values) {
  const int type = tensor.data_type();
  if (type != onnx::TensorProto::FLOAT && type != onnx::TensorProto::DOUBLE) {
    return bad_request("the weights '{}' are no float or double: save the file in single precision",
                       tensor.name());
  }
  tensor.clear_raw_data();
  tensor.clear_float_data();
  tensor.clear_double_data();
  tensor.clear_external_data();
  tensor.clear_data_location();
  for (const double value : values.values) {
    if (type == onnx::TensorProto::FLOAT) tensor.add_float_data(static_cast<float>(value));
    if (type == onnx::TensorProto::DOUBLE) tensor.add_double_data(value);
  }
  return {};
}

}  // namespace

Expected<std::string> with_weights(const std::string& onnx,
                                   const std::map<std::string, graph::Tensor>& weights) {
  const google::protobuf::LogSilencer silent;
  onnx::ModelProto model;
  if (!model.ParseFromString(onnx)) return bad_request("not an ONNX file");
  std::size_t found = 0;
  for (onnx::TensorProto& tensor : *model.mutable_graph()->mutable_initializer()) {
    const auto values = weights.find(tensor.name());
    if (values == weights.end()) {
      if (tensor.external_data_size() == 0) continue;
      return bad_request("'{}' is kept in a file beside: save the network as one file",
                         tensor.name());
    }
    ++found;
    if (auto ok = put_weights(tensor, values->second); !ok) return tl::unexpected(ok.error());
  }
  if (found != weights.size()) {
    return bad_request(
        "some weights are computed in the file, not kept: fold its constants (onnxsim) first");
  }
  return model.SerializeAsString();
}

}  // namespace brink
