// What an ONNX file says: tensors, nodes and the graph, as far as chains need it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "network.h"

namespace check::onnx {

/// Throws Unreadable.
[[noreturn]] void fail(const std::string& what);

using Shape = std::vector<std::int64_t>;
std::size_t elements(const Shape& shape);

struct Tensor {
  Shape shape;
  std::vector<Rational> values;
};

struct Node {
  std::string kind, domain;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::vector<std::int64_t>> integers;
  std::map<std::string, Rational> reals;
  std::map<std::string, std::string> texts;

  std::int64_t integer(const std::string& name, std::int64_t otherwise) const {
    const auto at = integers.find(name);
    return at == integers.end() || at->second.empty() ? otherwise : at->second[0];
  }
  Shape list(const std::string& name, std::size_t size, std::int64_t otherwise) const {
    const auto at = integers.find(name);
    Shape result = at == integers.end() ? Shape(size, otherwise) : at->second;
    if (result.size() != size)
      fail(kind + ": '" + name + "' has not " + std::to_string(size) + " numbers");
    for (const std::int64_t v : result) {
      if (v < 0 || v > kMostUnits) fail(kind + ": '" + name + "' is out of range");
    }
    return result;
  }
};

struct Graph {
  std::vector<Node> nodes;
  std::map<std::string, Tensor> constants;
  std::vector<std::pair<std::string, Shape>> inputs;
  std::vector<std::string> outputs;
};

Graph parse_graph(std::string_view bytes);

}  // namespace check::onnx
