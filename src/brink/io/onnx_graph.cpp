// The names of a graph, and an order of computation whatever the order in the file.
#include "onnx_graph.h"

#include <set>

namespace brink::onnx_reader {

const onnx::TensorProto* Names::initializer(const std::string& name) const {
  const auto found = initializers_.find(name);
  return found == initializers_.end() ? nullptr : found->second;
}

const onnx::NodeProto* Names::producer(const std::string& name) const {
  const auto found = producers_.find(name);
  return found == producers_.end() ? nullptr : found->second;
}

Expected<void> Names::index() {
  if (proto_.sparse_initializer_size() > 0) {
    return bad_request("sparse initializers are not supported; save the weights dense");
  }
  for (const onnx::TensorProto& tensor : proto_.initializer()) {
    if (!initializers_.emplace(tensor.name(), &tensor).second) {
      return bad_request("initializer '{}' is given twice", tensor.name());
    }
  }
  for (const onnx::NodeProto& node : proto_.node()) {
    for (const std::string& output : node.output()) {
      if (output.empty()) continue;
      if (!producers_.emplace(output, &node).second || initializers_.contains(output)) {
        return bad_request("{}: its output '{}' is also made elsewhere", label(node), output);
      }
    }
  }
  return {};
}

Expected<const onnx::ValueInfoProto*> Names::only_input() const {
  const onnx::ValueInfoProto* found = nullptr;
  for (const onnx::ValueInfoProto& input : proto_.input()) {
    if (initializers_.contains(input.name())) continue;
    if (found != nullptr) {
      return bad_request("the graph has two inputs, '{}' and '{}'; one is read", found->name(),
                         input.name());
    }
    found = &input;
  }
  if (found == nullptr) return bad_request("the graph has no input");
  if (producers_.contains(found->name())) {
    return bad_request("{}: its output '{}' is the graph's input",
                       label(*producers_.at(found->name())), found->name());
  }
  return found;
}

/// Depth first from the output, without recursion: files may be deep.
Expected<std::vector<const onnx::NodeProto*>> Names::order(const std::string& output) const {
  std::vector<const onnx::NodeProto*> ordered;
  std::set<const onnx::NodeProto*> open, done;
  struct Visit {
    const onnx::NodeProto* node;
    int next_input;
  };
  std::vector<Visit> stack;
  const auto visit = [&](const std::string& name) -> Expected<void> {
    const auto producer = producers_.find(name);
    if (producer == producers_.end() || done.contains(producer->second)) return {};
    if (!open.insert(producer->second).second) {
      return bad_request("{}: depends on its own output '{}'; the graph has a cycle",
                         label(*producer->second), name);
    }
    stack.push_back({producer->second, 0});
    return {};
  };
  if (auto ok = visit(output); !ok) return tl::unexpected(ok.error());
  while (!stack.empty()) {
    const onnx::NodeProto* node = stack.back().node;
    const int i = stack.back().next_input++;
    if (i < node->input_size()) {
      if (auto ok = visit(node->input(i)); !ok) return tl::unexpected(ok.error());
      continue;
    }
    done.insert(node);
    ordered.push_back(node);
    stack.pop_back();
  }
  return ordered;
}

}  // namespace brink::onnx_reader
