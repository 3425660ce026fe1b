#include "graphs.h"

#include <cmath>
#include <stdexcept>

namespace brink::oracle {

namespace {

using graph::Attribute;
using graph::Shape;
using graph::Tensor;

class GraphDraw {
 public:
  explicit GraphDraw(Random& random);

  void add_operator();
  /// Flatten, Gemm, and sometimes Relu.
  void end();
  /// Nothing: there is no network, or one with too many ReLUs.
  std::optional<Network> network() const;
  std::string operators() const;

 private:
  using Attributes = std::map<std::string, Attribute, std::less<>>;

  const Shape& shape() const { return graph::shape_of(signals_.at(value_)); }
  std::string constant(const Shape& shape, double scale = 1);
  std::string scalar(double value);
  /// Applies it; its output is the value that is gone on with, and its name.
  std::string add(const std::string& type, const std::vector<std::string>& inputs,
                  const Attributes& attributes = {});
  void add_conv();
  void add_pool();
  void add_branches();
  void add_piecewise();

  Random& random_;
  graph::NodeGraph graph_;
  graph::Progression progression_;
  graph::Values signals_;
  std::string value_ = "x";
};

Attribute whole(std::int64_t value) {
  Attribute result;
  result.integer = value;
  return result;
}

Attribute list_of(const Shape& values) {
  Attribute result;
  result.integers = values;
  return result;
}

Attribute number(double value) {
  Attribute result;
  result.real = value;
  return result;
}

Shape draw_shape(Random& random) {
  const Shape shapes[] = {{1, 1, 2, 2}, {1, 1, 2, 3}, {1, 1, 1, 5}, {1, 2, 1, 3}, {1, 1, 3, 2}};
  return shapes[random.index(5)];
}

GraphDraw::GraphDraw(Random& random) : random_(random), progression_{graph::Units(0), 1, {}} {
  graph_.input = "x";
  graph_.shape = draw_shape(random);
  graph_.opset = 13;
  progression_.units = graph::Units(graph_.input_size());
  signals_.emplace("x", graph::signal_of(graph_.shape, progression_.units.inputs()));
}

std::string GraphDraw::constant(const Shape& shape, double scale) {
  Tensor tensor{shape, {}};
  for (std::int64_t i = 0; i < graph::size(shape); ++i) {
    tensor.values.push_back(scale * random_.normal());
  }
  const std::string name = fmt::format("c{}", graph_.constants.size());
  graph_.constants.emplace(name, std::move(tensor));
  return name;
}

std::string GraphDraw::scalar(double value) {
  const std::string name = constant({});
  std::get<Tensor>(graph_.constants.at(name)).values = {value};
  return name;
}

std::string GraphDraw::add(const std::string& type, const std::vector<std::string>& inputs,
                           const Attributes& attributes) {
  graph::Operation node;
  node.name = node.type = type;
  node.inputs = inputs;
  node.outputs = {fmt::format("v{}", graph_.nodes.size())};
  node.attributes = attributes;
  std::vector<const graph::Value*> values;
  for (const std::string& name : inputs) {
    const bool is_signal = signals_.contains(name);
    values.push_back(name.empty() ? nullptr
                     : is_signal  ? &signals_.at(name)
                                  : &graph_.constants.at(name));
  }
  auto made = graph::apply({node, graph_.opset, values}, progression_);
  if (!made) throw std::runtime_error(made.error().message);
  value_ = node.outputs.front();
  signals_.emplace(value_, std::move(*made));
  graph_.nodes.push_back(std::move(node));
  return value_;
}

void GraphDraw::add_conv() {
  const Shape before = shape();
  const std::int64_t rows = before[2] > 1 ? 2 : 1, columns = before[3] > 1 ? 2 : 1;
  const std::int64_t outs = 1 + random_.index(2);
  const bool grouped = before[1] == 2 && outs == 2 && random_.index(2) == 0;
  Attributes attributes = {{"group", whole(grouped ? 2 : 1)}};
  if (before[3] == 1 || random_.index(3) == 0) attributes["pads"] = list_of({0, 1, 0, 0});
  if (before[3] > 3) attributes["strides"] = list_of({1, 2});
  const std::string kernel = constant({outs, grouped ? 1 : before[1], rows, columns});
  add("Conv", {value_, kernel, constant({outs}, 0.3)}, attributes);
}

void GraphDraw::add_pool() {
  const Shape before = shape();
  const std::int64_t rows = std::min<std::int64_t>(2, before[2]);
  const std::int64_t columns = std::min<std::int64_t>(2, before[3]);
  const char* types[] = {"MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool"};
  const int type = random_.index(4);
  Attributes attributes;
  if (type < 2) {
    attributes = {{"kernel_shape", list_of({rows, columns})},
                  {"strides", list_of({1, 1 + random_.index(2)})}};
  }
  add(types[type], {value_}, attributes);
}

/// Two ways from one value, joined.
void GraphDraw::add_branches() {
  const std::string from = value_;
  const std::string other = add("Mul", {from, constant(shape(), 1.5)});
  switch (random_.index(4)) {
    case 0:
      add("Add", {from, add("Relu", {other})});
      break;
    case 1:
      add(random_.index(2) == 0 ? "Max" : "Min", {from, other});
      break;
    case 2:
      add("Concat", {add("Relu", {other}), from}, {{"axis", whole(1)}});
      break;
    default:
      add("Sub", {add("Abs", {other}), from});
  }
}

void GraphDraw::add_piecewise() {
  switch (random_.index(5)) {
    case 0:
      add("Relu", {value_});
      break;
    case 1:
      add("LeakyRelu", {value_}, {{"alpha", number(random_.uniform(-0.5, 0.7))}});
      break;
    case 2:
      add("PRelu", {value_, constant(Shape{shape()[1], 1, 1}, 0.5)});
      break;
    case 3:
      add("Clip", {value_, scalar(random_.uniform(-0.6, 0)), scalar(random_.uniform(0.1, 0.8))});
      break;
    default:
      add("HardSigmoid", {value_}, {{"alpha", number(0.6)}, {"beta", number(0.4)}});
  }
}

void GraphDraw::add_operator() {
  switch (random_.index(5)) {
    case 0:
    case 1:
      return add_conv();
    case 2:
      return add_pool();
    case 3:
      return add_branches();
    default:
      return add_piecewise();
  }
}

void GraphDraw::end() {
  add("Flatten", {value_});
  const std::int64_t outputs = 2 + random_.index(2);
  add("Gemm", {value_, constant({shape()[1], outputs}, 1.5), constant({outputs}, 0.3)});
  if (random_.index(3) == 0) add("Relu", {value_});
  graph_.output = value_;
}

std::optional<Network> GraphDraw::network() const {
  const auto& output = std::get<graph::Signal>(signals_.at(value_));
  auto network =
      graph::lower(progression_.units.blocks(), *output.form, progression_.units.tournaments());
  if (!network || !check(*network)) return std::nullopt;
  Eigen::Index relus = 0;
  for (int k = 1; k < network->depth(); ++k) {
    for (Eigen::Index j = 0; j < network->width(k); ++j) {
      relus += network->layer(k).is_linear(j) ? 0 : 1;
    }
  }
  if (relus == 0 || relus > kMostRelus) return std::nullopt;
  network->as_in_file = std::make_shared<graph::NodeGraph>(graph_);
  return *std::move(network);
}

std::string GraphDraw::operators() const {
  std::string names;
  for (const graph::Operation& node : graph_.nodes) {
    names += (names.empty() ? "" : " ") + node.type;
  }
  return names;
}

/// The brute force is about the chain of layers: it has to be the graph.
void expect_same(const Network& network, Random& random, const std::string& operators) {
  for (int i = 0; i < 40; ++i) {
    const Eigen::VectorXd x = Eigen::VectorXd::NullaryExpr(
        network.input_size(), [&random] { return random.uniform(-1, 2); });
    const auto y = network.as_in_file->evaluate(x);
    if (y && (*y - outputs(network, x)).cwiseAbs().maxCoeff() <= 1e-11) continue;
    throw std::runtime_error("a network is not its graph: " + operators);
  }
}

}  // namespace

Network draw_graph(Random& random, std::string& operators) {
  for (;;) {
    GraphDraw draw(random);
    for (int count = 2 + random.index(3); count > 0; --count) draw.add_operator();
    draw.end();
    auto network = draw.network();
    if (!network) continue;
    operators = draw.operators();
    expect_same(*network, random, operators);
    return *std::move(network);
  }
}

}  // namespace brink::oracle
