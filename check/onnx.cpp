// An ONNX file that is a chain of affine operators and Relus, read as exact numbers.
//
// Source: https://github.com/onnx/onnx/blob/main/docs/Operators.md.
// The value that runs through the graph is affine in the last hidden layer: a row of coefficients
// and a constant for each element. A Relu ends a layer and begins the next.
#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "network.h"
#include "onnx_file.h"

namespace check {

namespace {

using namespace onnx;

/// Elements that are affine in the last hidden layer's units.
struct Value {
  Shape shape;
  std::vector<Layer::Row> rows;
  std::vector<Rational> constants;
};

const std::set<std::string> kShapes = {"Flatten", "Reshape", "Squeeze", "Unsqueeze"};
const std::set<std::string> kNothing = {"Identity", "Dropout", "Cast"};
const std::set<std::string> kElements = {"Add", "Sub", "Mul", "Div"};
const std::set<std::int64_t> kReals = {1, 11};  // the types float and double

class Chain {
 public:
  explicit Chain(Graph graph) : graph_(std::move(graph)) {}
  Network read();

 private:
  void begin_layer(Shape shape);
  void end_layer(bool relu);
  void apply(const Node& node);
  void constant(const Node& node);
  void elementwise(const Node& node, bool value_first, const Tensor& other);
  void matrix(const Node& node, bool value_first, const Tensor& other);
  void gemm(const Node& node);
  void conv(const Node& node);
  void multiply(const std::vector<std::vector<std::pair<std::size_t, Rational>>>& map);
  void reshape(const Node& node);
  void reshape_to(Shape shape);
  const Tensor* find(const Node& node, std::size_t input) const {
    if (input >= node.inputs.size()) return nullptr;
    const auto at = graph_.constants.find(node.inputs[input]);
    return at == graph_.constants.end() ? nullptr : &at->second;
  }
  const Tensor& need(const Node& node, std::size_t input) const {
    const Tensor* tensor = find(node, input);
    if (tensor == nullptr) fail(node.kind + " without its constants: use a dump");
    return *tensor;
  }

  Graph graph_;
  Network network_;
  Value value_;
  std::string name_;  ///< of the value
};

void Chain::begin_layer(Shape shape) {
  value_.shape = std::move(shape);
  const std::size_t count = elements(value_.shape);
  if (count == 0 || count > static_cast<std::size_t>(kMostUnits)) fail("a layer is too large");
  value_.rows.assign(count, {});
  value_.constants.assign(count, 0);
  for (std::size_t j = 0; j < count; ++j) value_.rows[j] = {{static_cast<int>(j), 1}};
}

void Chain::end_layer(bool relu) {
  const int cols = network_.layers.empty() ? static_cast<int>(elements(graph_.inputs[0].second))
                                           : network_.outputs();
  std::size_t weights = 0;
  for (const Layer::Row& row : value_.rows) weights += row.size();
  if (weights > kMostWeights) fail("a layer has too many weights");
  network_.add(Layer(cols, value_.rows, value_.constants,
                     std::vector<char>(value_.rows.size(), relu ? 1 : 0)));
}

void Chain::multiply(const std::vector<std::vector<std::pair<std::size_t, Rational>>>& map) {
  std::vector<Layer::Row> rows;
  std::vector<Rational> constants;
  std::size_t weights = 0;
  for (const auto& terms : map) {
    std::map<int, Rational> row;
    Rational constant = 0;
    for (const auto& [i, factor] : terms) {
      for (const auto& [column, weight] : value_.rows[i]) row[column] += factor * weight;
      constant += factor * value_.constants[i];
    }
    std::erase_if(row, [](const auto& entry) { return entry.second == 0; });
    rows.emplace_back(row.begin(), row.end());
    constants.push_back(constant);
    weights += row.size();
    if (weights > kMostWeights) fail("a layer has too many weights");
  }
  value_.rows = std::move(rows);
  value_.constants = std::move(constants);
}

/// The element of a tensor that is broadcast to `shape`, for element `at` of it.
std::size_t broadcast(const Tensor& tensor, const Shape& shape, std::size_t at) {
  std::size_t index = 0, stride = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const std::size_t axis = shape.size() - 1 - d;
    const std::size_t place = at % static_cast<std::size_t>(shape[axis]);
    at /= static_cast<std::size_t>(shape[axis]);
    if (d >= tensor.shape.size()) continue;
    const std::int64_t extent = tensor.shape[tensor.shape.size() - 1 - d];
    if (extent != 1) index += place * stride;
    stride *= static_cast<std::size_t>(extent);
  }
  return index;
}

void check_broadcast(const Node& node, const Tensor& tensor, const Shape& shape) {
  bool fits = true;
  for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
    const std::int64_t extent = tensor.shape[tensor.shape.size() - 1 - d];
    fits = fits && (extent == 1 || (d < shape.size() && extent == shape[shape.size() - 1 - d]));
  }
  if (!fits) fail(node.kind + ": a constant does not fit the value");
}

void Chain::elementwise(const Node& node, bool value_first, const Tensor& other) {
  Shape shape = value_.shape;
  while (shape.size() < other.shape.size()) shape.insert(shape.begin(), 1);
  check_broadcast(node, other, shape);
  value_.shape = shape;
  for (std::size_t j = 0; j < value_.rows.size(); ++j) {
    const Rational& c = other.values[broadcast(other, shape, j)];
    Rational factor = 1, add = 0;
    if (node.kind == "Add") add = c;
    if (node.kind == "Sub") {
      factor = value_first ? 1 : -1;
      add = value_first ? Rational(-c) : c;
    }
    if (node.kind == "Mul") factor = c;
    if (node.kind == "Div") {
      if (!value_first) fail("Div by the value: no affine map");
      if (c == 0) fail("Div by 0");
      factor = 1 / c;
    }
    for (auto& entry : value_.rows[j]) entry.second *= factor;
    if (factor == 0) value_.rows[j].clear();
    value_.constants[j] = value_.constants[j] * factor + add;
  }
}

/// MatMul by a constant matrix, and of a constant matrix.
void Chain::matrix(const Node& node, bool value_first, const Tensor& other) {
  const std::size_t count = value_.rows.size();
  if (other.shape.size() != 2) fail(node.kind + ": a constant is no matrix");
  const auto rows = static_cast<std::size_t>(other.shape[0]);
  const auto cols = static_cast<std::size_t>(other.shape[1]);
  // One row (column) only, whatever the axes around it.
  const bool fits =
      value_first
          ? rows == count && !value_.shape.empty() &&
                static_cast<std::size_t>(value_.shape.back()) == count
          : cols == count &&
                (value_.shape.size() == 1 ||
                 (value_.shape.size() >= 2 && value_.shape.back() == 1 &&
                  static_cast<std::size_t>(value_.shape[value_.shape.size() - 2]) == count));
  if (!fits) fail(node.kind + ": sizes that do not fit");
  const std::size_t outputs = value_first ? cols : rows;
  std::vector<std::vector<std::pair<std::size_t, Rational>>> map(outputs);
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t i = 0; i < count; ++i) {
      const Rational& w = other.values[value_first ? i * cols + o : o * cols + i];
      if (w != 0) map[o].emplace_back(i, w);
    }
  }
  multiply(map);
  Shape& shape = value_.shape;
  (value_first || shape.size() == 1 ? shape.back() : shape[shape.size() - 2]) =
      static_cast<std::int64_t>(outputs);
}

void Chain::gemm(const Node& node) {
  if (node.integer("transA", 0) != 0 || value_.shape.size() != 2 || node.inputs.empty() ||
      node.inputs[0] != name_) {
    fail("Gemm: a form that is not read; use a dump");
  }
  Tensor weights = need(node, 1);
  if (weights.shape.size() != 2) fail("Gemm: a constant is no matrix");
  if (node.integer("transB", 0) != 0) {
    Tensor turned{{weights.shape[1], weights.shape[0]}, {}};
    for (std::int64_t i = 0; i < weights.shape[1]; ++i) {
      for (std::int64_t o = 0; o < weights.shape[0]; ++o) {
        turned.values.push_back(weights.values[static_cast<std::size_t>(o * weights.shape[1] + i)]);
      }
    }
    weights = std::move(turned);
  }
  const auto real = [&](const char* name) {
    const auto at = node.reals.find(name);
    return at == node.reals.end() ? Rational(1) : at->second;
  };
  for (Rational& w : weights.values) w *= real("alpha");
  matrix(node, true, weights);
  if (node.inputs.size() < 3 || node.inputs[2].empty()) return;
  Tensor bias = need(node, 2);
  for (Rational& b : bias.values) b *= real("beta");
  Node add;
  add.kind = "Add";
  elementwise(add, true, bias);
}

void Chain::conv(const Node& node) {
  const Tensor& weights = need(node, 1);
  if (node.inputs[0] != name_ || value_.shape.size() != 4 || value_.shape[0] != 1 ||
      weights.shape.size() != 4 ||
      (node.texts.contains("auto_pad") && node.texts.at("auto_pad") != "NOTSET")) {
    fail("Conv: a form that is not read; use a dump");
  }
  const Shape strides = node.list("strides", 2, 1), dilations = node.list("dilations", 2, 1);
  const Shape pads = node.list("pads", 4, 0);
  const std::int64_t groups = node.integer("group", 1);
  const Shape& k = weights.shape;  // outputs, inputs of a group, rows, columns
  const Shape& in = value_.shape;
  if (groups < 1 || groups > in[1] || in[1] % groups != 0 || k[0] % groups != 0 ||
      k[1] != in[1] / groups || strides[0] < 1 || strides[1] < 1) {
    fail("Conv: sizes that do not fit");
  }
  Shape out = {1, k[0], 0, 0};
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t room = in[2 + d] + pads[d] + pads[2 + d] - dilations[d] * (k[2 + d] - 1) - 1;
    if (room < 0) fail("Conv: the kernel is larger than the picture");
    out[2 + d] = room / strides[d] + 1;
  }
  const Tensor* bias = node.inputs.size() > 2 && !node.inputs[2].empty() ? &need(node, 2) : nullptr;
  if (bias != nullptr && bias->shape != Shape{k[0]}) fail("Conv: the bias does not fit");
  std::vector<std::vector<std::pair<std::size_t, Rational>>> map(elements(out));
  for (std::size_t at = 0, terms = 0; at < map.size(); ++at) {
    const auto place = static_cast<std::int64_t>(at);
    const std::int64_t x = place % out[3], y = place / out[3] % out[2], o = place / out[3] / out[2];
    for (std::int64_t c = 0; c < k[1]; ++c) {
      for (std::int64_t dy = 0; dy < k[2]; ++dy) {
        for (std::int64_t dx = 0; dx < k[3]; ++dx) {
          const std::int64_t row = y * strides[0] - pads[0] + dy * dilations[0];
          const std::int64_t column = x * strides[1] - pads[1] + dx * dilations[1];
          if (row < 0 || row >= in[2] || column < 0 || column >= in[3]) continue;
          const std::int64_t channel = o / (k[0] / groups) * k[1] + c;
          const auto from = static_cast<std::size_t>((channel * in[2] + row) * in[3] + column);
          const auto weight = static_cast<std::size_t>(((o * k[1] + c) * k[2] + dy) * k[3] + dx);
          map[at].emplace_back(from, weights.values[weight]);
          if (++terms > kMostWeights / 8) fail("Conv: too large; use a dump");
        }
      }
    }
  }
  multiply(map);
  value_.shape = out;
  for (std::size_t at = 0; bias != nullptr && at < map.size(); ++at) {
    value_.constants[at] += bias->values[at / static_cast<std::size_t>(out[2] * out[3])];
  }
}

void Chain::reshape_to(Shape shape) {
  if (shape.size() > 16 || elements(shape) != value_.rows.size()) {
    fail("a shape does not fit the value");
  }
  value_.shape = std::move(shape);
}

void Chain::reshape(const Node& node) {
  const Shape& old = value_.shape;
  const auto rank = static_cast<std::int64_t>(old.size());
  Shape shape;
  if (node.kind == "Flatten") {
    std::int64_t axis = node.integer("axis", 1);
    if (axis < 0) axis += rank;
    if (axis < 0 || axis > rank) fail("Flatten: no such axis");
    shape = {1, 1};
    for (std::int64_t d = 0; d < rank; ++d)
      shape[d < axis ? 0 : 1] *= old[static_cast<std::size_t>(d)];
    return reshape_to(shape);
  }
  std::vector<std::int64_t> list;
  const auto given = node.integers.find(node.kind == "Reshape" ? "shape" : "axes");
  if (given != node.integers.end()) {
    list = given->second;
  } else if (node.inputs.size() > 1) {
    for (const Rational& v : need(node, 1).values) list.push_back(Integer(v).get_si());
  }
  if (list.size() > 16) fail(node.kind + ": too many axes");
  if (node.kind == "Reshape") {
    std::int64_t known = 1;
    for (std::size_t d = 0; d < list.size(); ++d) {
      if (list[d] == 0) list[d] = d < old.size() ? old[d] : -2;
      if (list[d] < -1 || list[d] > kMostUnits) fail("Reshape: a shape that does not fit");
      if (list[d] > 0) known *= list[d];
      if (known > (1L << 40)) fail("Reshape: a shape that does not fit");
    }
    for (std::int64_t& extent : list) {
      if (extent == -1) extent = static_cast<std::int64_t>(value_.rows.size()) / known;
    }
    return reshape_to(list);
  }
  if (node.kind == "Squeeze") {
    for (std::int64_t d = 0; d < rank; ++d) {
      const bool named = std::any_of(list.begin(), list.end(), [&](std::int64_t axis) {
        return axis == d || axis + rank == d;
      });
      if (named || (list.empty() && old[static_cast<std::size_t>(d)] == 1)) continue;
      shape.push_back(old[static_cast<std::size_t>(d)]);
    }
    return reshape_to(shape);
  }
  const std::int64_t more = rank + static_cast<std::int64_t>(list.size());  // Unsqueeze
  std::size_t next = 0;
  for (std::int64_t d = 0; d < more; ++d) {
    const bool named = std::any_of(
        list.begin(), list.end(), [&](std::int64_t axis) { return axis == d || axis + more == d; });
    if (!named && next >= old.size()) fail("Unsqueeze: axes that do not fit");
    shape.push_back(named ? 1 : old[next++]);
  }
  reshape_to(shape);
}

/// What depends on constants alone.
void Chain::constant(const Node& node) {
  if (node.outputs.empty()) return;
  if (graph_.constants.contains(node.outputs[0])) fail("two values of one name");
  if (node.kind == "Constant" && node.tensors.contains("value")) {
    graph_.constants[node.outputs[0]] = node.tensors.at("value");
  } else if (node.kind == "Identity" || node.kind == "Cast") {
    if (node.kind == "Cast" && !kReals.contains(node.integer("to", 0))) {
      fail("Cast of constants to other types: use a dump");
    }
    graph_.constants[node.outputs[0]] = need(node, 0);
  } else if (node.kind == "Transpose" && need(node, 0).shape.size() == 2) {
    const Tensor& old = need(node, 0);
    if (node.integers.contains("perm") && node.integers.at("perm") != Shape{1, 0}) {
      fail("Transpose: a form that is not read; use a dump");
    }
    Tensor turned{{old.shape[1], old.shape[0]}, {}};
    for (std::int64_t i = 0; i < old.shape[1]; ++i) {
      for (std::int64_t j = 0; j < old.shape[0]; ++j) {
        turned.values.push_back(old.values[static_cast<std::size_t>(j * old.shape[1] + i)]);
      }
    }
    graph_.constants[node.outputs[0]] = std::move(turned);
  } else {
    fail(node.kind + " of constants is not read: use a dump");
  }
}

void Chain::apply(const Node& node) {
  if (node.kind == "Relu") {
    end_layer(true);
    begin_layer(value_.shape);
  } else if (node.kind == "Gemm") {
    gemm(node);
  } else if (node.kind == "Conv") {
    conv(node);
  } else if (node.kind == "MatMul" || kElements.contains(node.kind)) {
    if (node.inputs.size() != 2) fail(node.kind + ": not two inputs");
    const bool first = node.inputs[0] == name_;
    if (node.inputs[first ? 1 : 0] == name_) fail(node.kind + " of a value and itself");
    const Tensor& other = need(node, first ? 1 : 0);
    if (node.kind == "MatMul") {
      matrix(node, first, other);
    } else {
      elementwise(node, first, other);
    }
  } else if (kShapes.contains(node.kind)) {
    reshape(node);
  } else if (!kNothing.contains(node.kind) ||
             (node.kind == "Cast" && !kReals.contains(node.integer("to", 0))) ||
             (node.kind == "Dropout" && node.inputs.size() > 2 && !node.inputs[2].empty())) {
    fail("operator '" + node.kind + "' is not read: use a dump (brink convert NET out.layers)");
  }
}

Network Chain::read() {
  if (graph_.inputs.size() != 1 || graph_.outputs.size() != 1) {
    fail("the graph has not one input and one output");
  }
  Shape& shape = graph_.inputs[0].second;
  if (!shape.empty() && shape[0] == -1) shape[0] = 1;
  name_ = graph_.inputs[0].first;
  begin_layer(shape);
  bool ended = false;  // behind a Softmax
  bool relu_last = false;
  for (const Node& node : graph_.nodes) {
    const bool uses = std::find(node.inputs.begin(), node.inputs.end(), name_) != node.inputs.end();
    if (!node.domain.empty() && node.domain != "ai.onnx")
      fail("operators of other domains: use a dump");
    if (!uses) {
      for (const std::string& input : node.inputs) {
        if (!input.empty() && !graph_.constants.contains(input)) {
          fail("the graph is no chain: use a dump (brink convert NET out.layers)");
        }
      }
      constant(node);
      continue;
    }
    if (node.outputs.empty() || name_ == graph_.outputs[0])
      fail("the graph is no chain: use a dump");
    if (ended) fail("operators behind a Softmax: use a dump");
    if (node.kind == "Softmax" || node.kind == "LogSoftmax") {
      const std::int64_t axis = node.integer("axis", 1);
      if (value_.shape.size() != 2 || value_.shape[0] != 1 || (axis != 1 && axis != -1)) {
        fail(node.kind + ": a form that is not read; use a dump");
      }
      ended = true;
    } else {
      const std::size_t layers = network_.layers.size();
      apply(node);
      const bool moves = kShapes.contains(node.kind) || kNothing.contains(node.kind);
      if (!moves) relu_last = network_.layers.size() > layers;
    }
    name_ = node.outputs[0];
    if (name_.empty() || graph_.constants.contains(name_)) fail("two values of one name");
  }
  if (name_ != graph_.outputs[0]) fail("the graph is no chain that ends in its output: use a dump");
  if (relu_last) {  // the outputs' own
    network_.relu_output = true;
    Layer last = network_.layers.back();
    network_.layers.pop_back();
    network_.first.pop_back();
    last.set_linear();
    network_.add(std::move(last));
  } else {
    end_layer(false);
  }
  return std::move(network_);
}

}  // namespace

Network read_onnx(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  return Chain(parse_graph(bytes)).read();
}

}  // namespace check
