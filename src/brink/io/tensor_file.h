// A tensor as ONNX serialises it.
#pragma once

#include <string>
#include <vector>

namespace brink {

/// A TensorProto of float32 numbers in row order.
std::string tensor_bytes(const std::string& name, const std::vector<int>& shape,
                         const std::vector<float>& numbers);

}  // namespace brink
