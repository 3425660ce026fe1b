// Sums, means, largest and smallest elements of constants along axes, as exporters leave them where
// weights are normalised (weight_norm: v g / |v|) or counted.
#include <algorithm>
#include <cmath>

#include "onnx_node.h"

namespace brink::onnx_reader {

namespace {

struct Reduction {
  std::string_view name;
  double first;                      // of no elements
  double (*join)(double, double);    // what there is, and one element more
  double (*finish)(double, double);  // what there is, and how many
};

double plain(double value, double) {
  return value;
}

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

constexpr Reduction kReductions[] = {
    {"ReduceSum", 0, [](double a, double b) { return a + b; }, plain},
    {"ReduceMean", 0, [](double a, double b) { return a + b; },
     [](double value, double count) { return value / count; }},
    {"ReduceProd", 1, [](double a, double b) { return a * b; }, plain},
    {"ReduceMax", -kUnlimited, [](double a, double b) { return std::max(a, b); }, plain},
    {"ReduceMin", kUnlimited, [](double a, double b) { return std::min(a, b); }, plain},
    {"ReduceL1", 0, [](double a, double b) { return a + std::abs(b); }, plain},
    {"ReduceSumSquare", 0, [](double a, double b) { return a + b * b; }, plain},
    {"ReduceL2", 0, [](double a, double b) { return a + b * b; },
     [](double value, double) { return std::sqrt(value); }},
};

/// Those named; all without a list, or with an empty one unless that means none.
Expected<std::vector<std::size_t>> reduced_axes(const Node& node, std::size_t rank) {
  const auto given = integers(node, "axes", 1);
  if (!given) return tl::unexpected(given.error());
  const auto no_operation = node.integer("noop_with_empty_axes", 0);
  if (!no_operation) return tl::unexpected(no_operation.error());
  Shape axes = given->value_or(Shape{});
  if (axes.empty() && *no_operation == 0) {
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  return normal_axes(axes, rank);
}

}  // namespace

Expected<Value> apply_reduce(const Node& node, Progression& progression) {
  const std::string& op = node.proto().op_type();
  if (node.signals() > 0) return bad_request("{}", refusal(op));
  const Tensor& tensor = **node.constant(0);
  const auto axes = reduced_axes(node, tensor.shape.size());
  if (!axes) return tl::unexpected(axes.error());
  const auto keep = node.integer("keepdims", 1);
  if (!keep) return tl::unexpected(keep.error());
  const auto& how = *std::find_if(std::begin(kReductions), std::end(kReductions),
                                  [&op](const Reduction& each) { return each.name == op; });
  Shape kept = tensor.shape, shape;
  for (const std::size_t axis : *axes) kept[axis] = 1;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (*keep != 0 || !std::binary_search(axes->begin(), axes->end(), i)) shape.push_back(kept[i]);
  }
  if (auto room = progression.has_room(tensor.shape); !room) return tl::unexpected(room.error());
  const auto count = static_cast<std::size_t>(size(kept));
  Tensor result{std::move(shape), std::vector<double>(count, how.first), tensor.integer};
  const Selection into = spread(kept, tensor.shape);
  for (std::size_t i = 0; i < into.size(); ++i) {
    double& value = result.values[static_cast<std::size_t>(into[i])];
    value = how.join(value, tensor.values[i]);
  }
  const double each = static_cast<double>(tensor.values.size()) / static_cast<double>(count);
  for (double& value : result.values) {
    value = how.finish(value, each);
    if (result.integer) value = std::trunc(value);
  }
  return result;
}

}  // namespace brink::onnx_reader
