// A node of a graph as its file has it: an operator with attributes, by the names of values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "brink/graph/tensor.h"

namespace brink::graph {

/// What is given of one, by kind.
struct Attribute {
  std::optional<std::int64_t> integer;
  std::optional<double> real;
  std::string text;
  Shape integers;
  std::vector<double> reals;
  std::optional<Tensor> tensor;
};

struct Operation {
  std::string name;
  std::string type;  ///< the operator, with its domain unless that is ONNX's own
  std::vector<std::string> inputs, outputs;  ///< empty: an optional one that is left out
  std::map<std::string, Attribute, std::less<>> attributes;
};

/// "node 'fc1' (Gemm)"; without a name, its first output stands for it.
std::string label(const Operation& operation);

}  // namespace brink::graph
