// Constants read from an ONNX file.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>

#include "brink/graph/node.h"

namespace brink::onnx_reader {

using graph::Shape;
using graph::Signal;
using graph::size;
using graph::Tensor;
using graph::text;
using graph::Value;

/// Errors: other data types, a payload that does not fit the shape, and those of external data.
/// `folder` is the model's.
Expected<Tensor> read_tensor(const onnx::TensorProto& proto, const std::filesystem::path& folder);

/// The `size` bytes of a tensor that is kept in a file beside the model (onnx_external.cpp).
Expected<std::string> external_bytes(const onnx::TensorProto& proto, std::uint64_t size,
                                     const std::filesystem::path& folder);

/// A node without its graph; errors: of a tensor among its attributes.
Expected<graph::Operation> operation_of(const onnx::NodeProto& node,
                                        const std::filesystem::path& folder);

/// "node 'fc1' (Gemm)"; without a name, its first output stands for it.
std::string label(const onnx::NodeProto& node);

}  // namespace brink::onnx_reader
