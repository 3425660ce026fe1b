// Arithmetic element by element, with broadcasting: constants are folded in double precision, a
// signal with constants becomes scale * v + shift; signals are added and subtracted.
//
// Integers stay integers: their quotients are rounded towards zero, as runtimes do.
#include <cmath>

#include "brink/graph/node.h"

namespace brink::graph {

namespace {

struct Function {
  std::string_view name;
  double (*of)(double, double);  // of one element, the second is 0
  bool decides = false;          // the result is true or false
};

double greater_or_nan(double a, double b) {
  return std::isnan(a) || a > b ? a : b;
}

constexpr Function kFunctions[] = {
    {"Add", [](double a, double b) { return a + b; }},
    {"Sum", [](double a, double b) { return a + b; }},
    {"Sub", [](double a, double b) { return a - b; }},
    {"Mul", [](double a, double b) { return a * b; }},
    {"Div", [](double a, double b) { return a / b; }},
    {"Pow", [](double a, double b) { return std::pow(a, b); }},
    {"Mod", [](double a, double b) { return a - b * std::floor(a / b); }},
    {"Mod of C", [](double a, double b) { return std::fmod(a, b); }},  // with the divided's sign
    {"Max", greater_or_nan},
    {"Min", [](double a, double b) { return -greater_or_nan(-a, -b); }},
    {"Neg", [](double a, double) { return -a; }},
    {"Abs", [](double a, double) { return std::abs(a); }},
    {"Sign", [](double a, double) { return static_cast<double>((a > 0) - (a < 0)); }},
    {"Sqrt", [](double a, double) { return std::sqrt(a); }},
    {"Exp", [](double a, double) { return std::exp(a); }},
    {"Log", [](double a, double) { return std::log(a); }},
    {"Reciprocal", [](double a, double) { return 1 / a; }},
    {"Floor", [](double a, double) { return std::floor(a); }},
    {"Ceil", [](double a, double) { return std::ceil(a); }},
    {"Relu", [](double a, double) { return greater_or_nan(a, 0); }},
    {"Sigmoid", [](double a, double) { return 1 / (1 + std::exp(-a)); }},
    {"Tanh", [](double a, double) { return std::tanh(a); }},
    {"Not", [](double a, double) { return a == 0 ? 1.0 : 0.0; }, true},
    {"And", [](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; }, true},
    {"Or", [](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; }, true},
    {"Equal", [](double a, double b) { return a == b ? 1.0 : 0.0; }, true},
    {"Less", [](double a, double b) { return a < b ? 1.0 : 0.0; }, true},
    {"Greater", [](double a, double b) { return a > b ? 1.0 : 0.0; }, true},
    {"LessOrEqual", [](double a, double b) { return a <= b ? 1.0 : 0.0; }, true},
    {"GreaterOrEqual", [](double a, double b) { return a >= b ? 1.0 : 0.0; }, true},
};

const Function& function_of(std::string_view op_type) {
  const Function* found = kFunctions;
  while (found->name != op_type) ++found;
  return *found;
}

Expected<Tensor> combined(const Function& function, const Tensor& a, const Tensor& b,
                          Progression& progression) {
  auto shape = broadcast_shape(a.shape, b.shape);
  if (!shape) return tl::unexpected(shape.error());
  if (auto room = progression.has_room(*shape); !room) return tl::unexpected(room.error());
  const bool integer = a.integer && b.integer;
  const Selection from_a = spread(a.shape, *shape), from_b = spread(b.shape, *shape);
  Tensor result{std::move(*shape), {}, integer || function.decides};
  result.values.reserve(from_a.size());
  for (std::size_t i = 0; i < from_a.size(); ++i) {
    const double value = function.of(a.values[static_cast<std::size_t>(from_a[i])],
                                     b.values[static_cast<std::size_t>(from_b[i])]);
    result.values.push_back(integer ? std::trunc(value) : value);
  }
  return result;
}

/// value op constant as scale * value + shift.
struct ScaleAndShift {
  Eigen::VectorXd scale, shift;
};

Expected<ScaleAndShift> scale_and_shift(std::string_view op, bool signal_first,
                                        const Eigen::VectorXd& constant) {
  const Eigen::Index count = constant.size();
  const auto ones = Eigen::VectorXd::Ones(count);
  if (op == "Add" || op == "Sum") return ScaleAndShift{ones, constant};
  if (op == "Sub" && signal_first) return ScaleAndShift{ones, -constant};
  if (op == "Sub") return ScaleAndShift{-ones, constant};
  if (op == "Mul") return ScaleAndShift{constant, Eigen::VectorXd::Zero(count)};
  if (op != "Div") return bad_request("{}", refusal(op));
  if (!signal_first) {
    return bad_request(
        "divides by a value that depends on the network's input, which is curved; exact answers "
        "are "
        "about piecewise linear networks, train one that divides by constants");
  }
  if ((constant.array() == 0).any()) return bad_request("divides by zero");
  return ScaleAndShift{constant.cwiseInverse(), Eigen::VectorXd::Zero(count)};
}

/// The signals of the node joined with each other, spread where necessary.
Expected<Value> sum_of_signals(const Node& node) {
  std::optional<Signal> sum;
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    if (node.signal(i) == nullptr) continue;
    Signal next = *node.signal(i);
    if (sum) {
      const auto shape = broadcast_shape(sum->shape, next.shape);
      if (!shape) return tl::unexpected(shape.error());
      const auto a = spread_over(*sum, *shape), b = spread_over(next, *shape);
      if (!a) return tl::unexpected(a.error());
      if (!b) return tl::unexpected(b.error());
      const Affine left = form_of(*a), right = form_of(*b);
      next = signal_of(*shape, node.type() == "Sub" ? left - right : left + right);
    }
    sum = std::move(next);
  }
  return *sum;
}

Expected<Value> of_signals(const Node& node, Progression& progression) {
  const std::string& op = node.type();
  if (op == "Neg") return scaled(*node.only_signal(), -1, 0);
  const bool adds = op == "Add" || op == "Sub" || op == "Sum";
  if (node.signals() > 1 && !adds) return refuse_two_signals(op);
  const auto signal = sum_of_signals(node);
  if (!signal || (adds && node.constants().empty())) return signal;
  if (node.constants().empty()) return bad_request("{}", refusal(op));
  const auto constant = fold(op, node.constants(), progression);
  if (!constant) return tl::unexpected(constant.error());
  const auto shape = broadcast_shape(constant->shape, shape_of(*signal));
  if (!shape) return tl::unexpected(shape.error());
  const auto value = spread_over(*signal, *shape);
  if (!value) return value;
  const bool signal_first = node.signal(0) != nullptr;
  const auto map = scale_and_shift(op, signal_first, spread(*constant, *shape));
  if (!map) return tl::unexpected(map.error());
  return scaled(*value, map->scale, map->shift, {op == "Div" ? 1.0 : 0.0});
}

}  // namespace

Expected<Tensor> fold(std::string_view op_type, const std::vector<const Tensor*>& constants,
                      Progression& progression) {
  const Function& function = function_of(op_type);
  Tensor result = *constants.front();
  for (std::size_t i = 1; i < constants.size(); ++i) {
    auto next = combined(function, result, *constants[i], progression);
    if (!next) return next;
    result = std::move(*next);
  }
  return result;
}

Expected<Value> apply_elementwise(const Node& node, Progression& progression) {
  if (const auto ending = complement_ending(node)) {
    return Signal{node.only_signal()->shape, node.only_signal()->form, *ending};
  }
  if (const Signal* signal = node.only_signal()) {
    if (signal->ending != Ending::none) return refuse_after_ending(signal->ending);
    return of_signals(node, progression);
  }
  if (node.inputs() > 1) {
    const auto as_c = node.integer("fmod", 0);
    if (!as_c) return tl::unexpected(as_c.error());
    auto result = fold(*as_c != 0 ? "Mod of C" : node.type(), node.constants(), progression);
    if (!result) return tl::unexpected(result.error());
    return std::move(*result);
  }
  const Function& function = function_of(node.type());
  Tensor result = *node.constants().front();
  const bool joins = function.name == "Sum" || function.name == "Max" || function.name == "Min";
  for (double& value : result.values) value = joins ? value : function.of(value, 0);
  result.integer = result.integer || function.decides;
  return result;
}

Expected<Value> apply_mean(const Node& node, Progression& progression) {
  Operation sum = node.operation();
  sum.type = "Sum";
  std::vector<const Value*> inputs;
  for (std::size_t i = 0; i < node.inputs(); ++i) inputs.push_back(node.input(i));
  const auto total = apply_elementwise({sum, node.opset(), inputs}, progression);
  return total.map([&node](const Value& value) {
    return scaled(value, 1 / static_cast<double>(node.inputs()), 0);
  });
}

Expected<Value> apply_where(const Node& node, Progression& progression) {
  if (node.signals() > 0) return bad_request("{}", refusal("Where"));
  const std::vector<const Tensor*> inputs = node.constants();
  auto shape = broadcast_shape(inputs[1]->shape, inputs[2]->shape);
  if (shape) shape = broadcast_shape(inputs[0]->shape, *shape);
  if (!shape) return tl::unexpected(shape.error());
  if (auto room = progression.has_room(*shape); !room) return tl::unexpected(room.error());
  const Eigen::VectorXd chosen = spread(*inputs[0], *shape), yes = spread(*inputs[1], *shape),
                        no = spread(*inputs[2], *shape);
  const Eigen::VectorXd result = (chosen.array() != 0).select(yes, no);
  return Tensor{std::move(*shape), {result.begin(), result.end()}, inputs[1]->integer};
}

}  // namespace brink::graph
