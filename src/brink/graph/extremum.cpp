// Max, Min and MaxPool, by tournaments of ReLUs. min(a, b) = -max(-a, -b).
#include "brink/graph/window.h"

namespace brink::graph {

namespace {

/// The inputs over a common shape, constants joined to one and last.
Expected<std::vector<Value>> operands(const Node& node, Progression& progression) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    if (node.signal(i) != nullptr) values.emplace_back(*node.signal(i));
  }
  if (!node.constants().empty()) {
    auto constant = fold(node.type(), node.constants(), progression);
    if (!constant) return tl::unexpected(constant.error());
    values.emplace_back(std::move(*constant));
  }
  Shape shape = shape_of(values.front());
  for (const Value& value : values) {
    auto together = broadcast_shape(shape, shape_of(value));
    if (!together) return tl::unexpected(together.error());
    shape = std::move(*together);
  }
  for (Value& value : values) {
    if (const Tensor* tensor = std::get_if<Tensor>(&value)) {
      const Eigen::VectorXd spread_out = spread(*tensor, shape);
      value = Tensor{shape, {spread_out.begin(), spread_out.end()}};
      continue;
    }
    auto spread_out = spread_over(value, shape);
    if (!spread_out) return tl::unexpected(spread_out.error());
    value = std::move(*spread_out);
  }
  return values;
}

}  // namespace

Expected<Value> apply_extremum(const Node& node, Progression& progression) {
  if (node.signals() == 0) return apply_elementwise(node, progression);
  const auto values = operands(node, progression);
  if (!values) return tl::unexpected(values.error());
  const double sign = node.type() == "Max" ? 1 : -1;
  std::vector<Affine> round;
  for (const Value& value : *values) {
    round.push_back(sign > 0 ? form_of(value) : form_of(scaled(value, -1, 0)));
  }
  while (round.size() > 1) {
    std::vector<Affine> next;
    for (std::size_t i = 0; i < round.size(); i += 2) {
      const bool alone = i + 1 == round.size();
      next.push_back(alone ? round[i] : progression.units.larger(round[i], round[i + 1]));
    }
    round = std::move(next);
  }
  Signal result = signal_of(shape_of(values->front()), std::move(round.front()));
  return sign > 0 ? Value(result) : scaled(result, -1, 0);
}

Expected<Value> apply_max_pool(const Node& node, Progression& progression) {
  const Shape& value = shape_of(*node.input(0));
  const auto pool = pool_of(node);
  if (!pool) return tl::unexpected(pool.error());
  const auto& [window, found] = *pool;
  const auto space = size(window.in);
  std::vector<Selection> lists;
  for (std::int64_t c = 0; c < value[1]; ++c) {
    for (const auto& list : found) {
      if (list.empty())
        return bad_request("has a window beyond the value of shape {}", text(value));
      lists.emplace_back();
      for (const Tap& tap : list) lists.back().push_back(c * space + tap.input);
    }
  }
  Shape shape = {1, value[1]};
  shape.insert(shape.end(), window.out.begin(), window.out.end());
  return like(*node.input(0), std::move(shape),
              progression.units.largest(form_of(*node.input(0)), std::move(lists)));
}

}  // namespace brink::graph
