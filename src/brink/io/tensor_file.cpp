#include "brink/io/tensor_file.h"

#include <onnx/onnx_pb.h>

namespace brink {

std::string tensor_bytes(const std::string& name, const std::vector<int>& shape,
                         const std::vector<float>& numbers) {
  onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const int extent : shape) tensor.add_dims(extent);
  for (const float number : numbers) tensor.add_float_data(number);
  return tensor.SerializeAsString();
}

}  // namespace brink
