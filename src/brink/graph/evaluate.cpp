// The operators applied once more, to an input that is known: signals are then constant forms, and
// each operator computes what it stands for.
#include "brink/graph/evaluate.h"

namespace brink::graph {

namespace {

const Value* find(const Values& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace

Expected<Eigen::VectorXd> NodeGraph::evaluate(const Eigen::VectorXd& x) const {
  if (x.size() != input_size()) {
    return bad_request("the graph takes {} inputs, {} are given", input_size(), x.size());
  }
  Progression progression{Units(0), batch, {}};
  Values signals;
  signals.emplace(input, signal_of(shape, constant(x)));
  for (const Operation& node : nodes) {
    std::vector<const Value*> inputs;
    for (const std::string& name : node.inputs) {
      const Value* signal = find(signals, name);
      inputs.push_back(signal != nullptr ? signal : find(constants, name));
    }
    for (std::size_t i = 0; i < outputs_made(node); ++i) {
      auto value = apply({node, opset, inputs, i}, progression);
      if (!value) return tl::unexpected(value.error());
      signals.insert_or_assign(node.outputs[i], std::move(*value));
    }
  }
  const auto result = finish_ending(std::get<Signal>(signals.at(output)), progression);
  if (!result) return tl::unexpected(result.error());
  return result->constant;
}

}  // namespace brink::graph
