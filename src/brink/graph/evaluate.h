// A graph kept for evaluation: its nodes that depend on the input, and the constants these take.
#pragma once

#include <map>

#include "brink/graph/node.h"
#include "brink/network/forward_pass.h"

namespace brink::graph {

using Values = std::map<std::string, Value>;

class NodeGraph : public ForwardPass {
 public:
  std::string input, output;
  Shape shape;  ///< of the input
  std::int64_t opset = 0, batch = 1;
  std::vector<Operation> nodes;  ///< in an order of computation
  Values constants;

  /// What a node makes of a certain input.
  struct Made {
    const Operation* node;
    Shape shape;
    Eigen::VectorXd elements;
  };

  Eigen::Index input_size() const override { return size(shape); }
  std::vector<std::int64_t> input_shape() const override { return shape; }
  /// The first output of each node, in their order. Errors: those of evaluate().
  Expected<std::vector<Made>> values(const Eigen::VectorXd& x) const;
  Expected<Eigen::VectorXd> evaluate(const Eigen::VectorXd& x) const override;

 private:
  Expected<Values> signals_at(const Eigen::VectorXd& x, Progression& progression) const;
};

}  // namespace brink::graph
