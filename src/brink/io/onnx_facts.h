// What an ONNX file looks like, for `brink info`.
#pragma once

#include "brink/graph/evaluate.h"
#include "brink/io/network_file.h"
#include "onnx_graph.h"

namespace brink::onnx_reader {

/// Of the nodes in `read`, those that the input reaches, of `applied` in all.
FileFacts facts_of(const onnx::GraphProto& proto, const graph::NodeGraph& read, std::size_t applied,
                   const Shape& output);

/// "ONNX of opset 17 by pytorch 2.5".
std::string format_of(const onnx::ModelProto& model, std::int64_t opset);

}  // namespace brink::onnx_reader
