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

Expected<Values> NodeGraph::signals_at(const Eigen::VectorXd& x, Progression& progression) const {
  if (x.size() != input_size()) {
    return bad_request("the graph takes {} inputs, {} are given", input_size(), x.size());
  }
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
  return signals;
}

Expected<std::vector<NodeGraph::Made>> NodeGraph::values(const Eigen::VectorXd& x) const {
  Progression progression{Units(0), batch, {}};
  const auto signals = signals_at(x, progression);
  if (!signals) return tl::unexpected(signals.error());
  std::vector<Made> made;
  for (const Operation& node : nodes) {
    const Value& value = signals->at(node.outputs.front());
    if (const Signal* signal = std::get_if<Signal>(&value)) {
      made.push_back({&node, signal->shape, signal->form->constant});
    }
  }
  return made;
}

Expected<Eigen::VectorXd> NodeGraph::evaluate(const Eigen::VectorXd& x) const {
  Progression progression{Units(0), batch, {}};
  auto signals = signals_at(x, progression);
  if (!signals) return tl::unexpected(signals.error());
  const auto result = finish_ending(std::get<Signal>(signals->at(output)), progression);
  if (!result) return tl::unexpected(result.error());
  return result->constant;
}

}  // namespace brink::graph
