// Sums, means, largest and smallest elements along axes; of constants also products and norms, as
// exporters leave them where weights are normalised (weight_norm: v g / |v|) or counted.
#include <algorithm>
#include <cmath>

#include "brink/graph/window.h"

namespace brink::graph {

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

/// Elements of a value that become one: element i goes into element into[i] of the result.
struct Grouping {
  Shape shape;  ///< of the result
  Selection into;
  Eigen::Index groups = 0;
};

Expected<Grouping> grouping(const Node& node, const Shape& own) {
  const auto axes = reduced_axes(node, own.size());
  if (!axes) return tl::unexpected(axes.error());
  const auto keep = node.integer("keepdims", 1);
  if (!keep) return tl::unexpected(keep.error());
  Shape kept = own, shape;
  for (const std::size_t axis : *axes) kept[axis] = 1;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (*keep != 0 || !std::binary_search(axes->begin(), axes->end(), i)) shape.push_back(kept[i]);
  }
  return Grouping{std::move(shape), spread(kept, own), size(kept)};
}

Tensor reduced(std::string_view op, const Tensor& tensor, const Grouping& groups) {
  const auto& how = *std::find_if(std::begin(kReductions), std::end(kReductions),
                                  [&op](const Reduction& each) { return each.name == op; });
  const auto count = static_cast<std::size_t>(groups.groups);
  Tensor result{groups.shape, std::vector<double>(count, how.first), tensor.integer};
  for (std::size_t i = 0; i < groups.into.size(); ++i) {
    double& value = result.values[static_cast<std::size_t>(groups.into[i])];
    value = how.join(value, tensor.values[i]);
  }
  const double each = static_cast<double>(tensor.values.size()) / static_cast<double>(count);
  for (double& value : result.values) {
    value = how.finish(value, each);
    if (result.integer) value = std::trunc(value);
  }
  return result;
}

/// Sums or means, of each group of elements one.
Expected<Value> added(const Value& value, const Grouping& groups, bool mean) {
  const auto each = static_cast<double>(groups.into.size()) / static_cast<double>(groups.groups);
  std::vector<Eigen::Triplet<double, Eigen::Index>> entries;
  for (std::size_t i = 0; i < groups.into.size(); ++i) {
    entries.emplace_back(groups.into[i], static_cast<Eigen::Index>(i), mean ? 1 / each : 1);
  }
  SparseRows map(groups.groups, std::ssize(groups.into));
  map.setFromTriplets(entries.begin(), entries.end());
  return mapped(value, groups.shape, Matrix(map), Rounded{mean ? 1.0 : 0.0});
}

/// The largest of each group; with sign -1 the smallest.
Expected<Value> extremes(const Value& value, const Grouping& groups, double sign, Units& units) {
  std::vector<Selection> lists(static_cast<std::size_t>(groups.groups));
  for (std::size_t i = 0; i < groups.into.size(); ++i) {
    lists[static_cast<std::size_t>(groups.into[i])].push_back(static_cast<Eigen::Index>(i));
  }
  const Affine form = form_of(sign < 0 ? scaled(value, -1, 0) : value);
  const Value result = like(value, groups.shape, units.largest(form, std::move(lists)));
  return sign < 0 ? scaled(result, -1, 0) : result;
}

}  // namespace

Expected<Value> apply_reduce(const Node& node, Progression& progression) {
  const std::string& op = node.type();
  const Value& value = *node.input(0);
  if (auto room = progression.has_room(shape_of(value)); !room) {
    return tl::unexpected(room.error());
  }
  const auto groups = grouping(node, shape_of(value));
  if (!groups) return tl::unexpected(groups.error());
  if (const Tensor* tensor = std::get_if<Tensor>(&value)) return reduced(op, *tensor, *groups);
  if (groups->into.empty()) return bad_request("has no elements to join");
  if (op == "ReduceSum" || op == "ReduceMean") return added(value, *groups, op == "ReduceMean");
  if (op != "ReduceMax" && op != "ReduceMin") return bad_request("{}", refusal(op));
  return extremes(value, *groups, op == "ReduceMax" ? 1 : -1, progression.units);
}

Expected<Value> apply_global_pool(const Node& node, Progression& progression) {
  const Value& value = *node.input(0);
  if (auto ok = check_spatial(shape_of(value)); !ok) return tl::unexpected(ok.error());
  Shape kept = shape_of(value);
  std::fill(kept.begin() + 2, kept.end(), 1);
  const Grouping groups{kept, spread(kept, shape_of(value)), size(kept)};
  if (groups.into.empty()) return bad_request("has no elements to join");
  if (node.type() == "GlobalAveragePool") return added(value, groups, true);
  return extremes(value, groups, 1, progression.units);
}

}  // namespace brink::graph
